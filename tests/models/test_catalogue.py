"""The catalogue: what ships with the product, and what a catalogue may not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import FolderSource, HubSource, WheelSource, load_catalogue, parse_catalogue
from models.errors import CatalogueError, UnknownModelError
from models.tiers import Tier

GOOD = """
[[model]]
name = "tiny"
task = "tts"
languages = ["en", "pt-BR"]
licence = "MIT"
tier = "cpu"
default = true
files = [{ path = "a/b.onnx", size = 5, sha256 = "%s" }, { path = "c.json", approximate_size = 10 }]

[[model.source]]
kind = "hub"
repository = "owner/name"
revision = "v1"
files = { "a/b.onnx" = "x/b.onnx", "c.json" = "c.json" }

[[model.source]]
kind = "wheel"
distribution = "some-wheel"
version = "1.0"
size = 100
files = { "a/b.onnx" = "some_wheel/b.onnx", "c.json" = "some_wheel/c.json" }

[[model.source]]
kind = "folder"
folder = "/media/stick"
files = { "a/b.onnx" = "b.onnx", "c.json" = "c.json" }
""" % ("0a" * 32)


def test_a_catalogue_is_read_as_it_is_written() -> None:
    (model,) = parse_catalogue(GOOD).models
    assert (model.name, model.task, model.languages, model.tier) == ("tiny", "tts", ("en", "pt-BR"), Tier.CPU)
    assert model.default
    assert (model.size, model.size_exact) == (15, False)
    assert model.unpinned == ("c.json",)
    assert [type(source) for source in model.sources] == [HubSource, WheelSource, FolderSource]


def test_what_ships_gives_every_tier_a_chat_model_a_whisper_and_a_voice() -> None:
    catalogue = load_catalogue()
    for tier in Tier:
        suggested = {model.task: model for model in catalogue.suggested(tier)}
        assert suggested["tts"].name == "en_US-ljspeech-high"
        assert suggested["llm"].tier == tier
        assert {"vad", "end_of_turn", "stt"} < set(suggested)
        # The files have to fit into the memory of the GPU together.
        if tier is not Tier.CPU:
            assert suggested["llm"].size + suggested["stt"].size < tier.gpu_gib << 30


def test_the_default_set_needs_no_hub_and_every_hash_is_known() -> None:
    defaults = load_catalogue().defaults()
    assert {model.task for model in defaults} == {"vad", "end_of_turn", "stt", "llm", "tts"}
    for model in defaults:
        # A voice of our own comes with the product itself.
        assert isinstance(model.sources[0], FolderSource if model.task == "tts" else WheelSource)
        assert model.unpinned == ()
        assert model.size_exact


def test_no_voice_comes_from_research_only_recordings() -> None:
    voices = [model for model in load_catalogue().models if model.task == "tts"]
    assert voices
    assert not any("lessac" in voice.name for voice in voices)
    # Training that started from its weights is another question, which the licence leaves to whoever reads it.
    assert not any("lessac" in voice.licence for voice in voices if "en" in voice.languages)


def test_hub_revisions_do_not_move() -> None:
    for model in load_catalogue().models:
        for source in model.sources:
            if isinstance(source, HubSource):
                assert source.revision == "v1.0.0" or len(source.revision) == 40


def test_a_wrong_name_is_met_with_those_that_look_alike() -> None:
    with pytest.raises(
        UnknownModelError, match=r"'wisper-tiny' is not in the catalogue; did you mean whisper-tiny\.en"
    ):
        load_catalogue().get("wisper-tiny")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "tiny"', 'name = "../tiny"', r"model\[0\]\.name: '\.\./tiny' is not accepted"),
        ('name = "tiny"', "", r"model\[0\]\.name: nothing is not accepted"),
        ('task = "tts"', 'task = "song"', "model tiny.task: 'song' is not accepted; one of vad"),
        ('tier = "cpu"', 'tier = "gpu7"', "model tiny.tier: 'gpu7' is not accepted; one of cpu"),
        ('licence = "MIT"', 'licence = " "', "model tiny.licence"),
        ('languages = ["en", "pt-BR"]', "languages = []", "model tiny.languages"),
        ("default = true", 'default = "yes"', "model tiny.default: 'yes' is not accepted; true or false"),
        ("default = true", "defualt = true", "model tiny: 'defualt' is not a known key"),
        ('path = "a/b.onnx"', 'path = "/etc/passwd"', r"files\[0\]\.path: '/etc/passwd' is not accepted"),
        ('path = "a/b.onnx"', 'path = "c.json"', "a path is there twice"),
        ("size = 5", "size = -5", r"files\[0\]\.size: -5 is not accepted"),
        ("size = 5", "size = true", r"files\[0\]\.size: True is not accepted"),
        ("0a0a", "zz", r"files\[0\]\.sha256"),
        ('"x/b.onnx"', '"x/../../b.onnx"', r"source\[0\]\.files: 'x/\.\./\.\./b\.onnx' is not accepted"),
        (
            ', "c.json" = "c.json" }',
            ', "d.json" = "c.json" }',
            r"source\[0\]\.files: .* files of the model alone \(a/b\.onnx, c\.json\)",
        ),
        (
            'kind = "hub"',
            'kind = "torrent"',
            r"source\[0\]\.kind: 'torrent' is not accepted; hub, wheel, folder or shipped",
        ),
        ('"owner/name"', '"owner/../name"', r"source\[0\]\.repository"),
        ('"some-wheel"', '"--index-url"', r"source\[1\]\.distribution"),
        ('version = "1.0"', 'version = ">=1"', r"source\[1\]\.version"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError, match=message):
        parse_catalogue(GOOD.replace(old, new, 1))


def test_sources_may_share_the_files_of_a_model_but_each_file_has_one() -> None:
    alone = GOOD[: GOOD.index('[[model.source]]\nkind = "wheel"')].replace(', "c.json" = "c.json" }', " }")
    with pytest.raises(CatalogueError, match=r"model tiny\.source: no source has 'c\.json'"):
        parse_catalogue(alone)
    rest = (
        '[[model.source]]\nkind = "hub"\nrepository = "owner/other"\nrevision = "v2"\nfiles = { "c.json" = "d.json" }\n'
    )
    (model,) = parse_catalogue(alone + rest).models
    assert [set(source.files) for source in model.sources] == [{"a/b.onnx"}, {"c.json"}]


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(CatalogueError, match="'tiny' is there twice"):
        parse_catalogue(GOOD + GOOD)


def complaint(text: str) -> str:
    """Return why a text is no catalogue, or nothing when it is one; any other exception is a fault."""
    try:
        parse_catalogue(text)
    except CatalogueError as error:
        return str(error)
    return ""


@given(st.text(max_size=200))
def test_any_text_is_a_catalogue_or_a_clear_error(text: str) -> None:
    said = complaint(text)
    assert not said or said.startswith("catalogue")


@given(st.data())
def test_a_catalogue_with_any_line_spoilt_is_read_or_refused_with_its_place(data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key = lines[number].split(" = ")[0]
    value = data.draw(st.sampled_from(['"x"', "1", "-1", "[]", "{}", "true", '[""]', '"../x"', "1979-05-27", "nan"]))
    lines[number] = f"{key} = {value}" if " = " in lines[number] else data.draw(st.sampled_from(["", "[x]", "[[y]]"]))
    said = complaint("\n".join(lines))
    assert not said or said.startswith(("catalogue", "model tiny"))
