"""`visavis voices`, and two voices all the way from a hub to a conversation."""

import json
import re
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.errors import InvalidInputError, VisavisError
from models.catalogue import HubSource, load_catalogue
from tests.commands.conftest import Visavis
from tests.layers.tts.tiny_piper_voice import write_tiny_voice
from tests.models.hub_server import HubServer, serving

SLOVAK, ITALIAN = "sk_SK-lili-medium", "it_IT-serena-medium"
"""Voices of the catalogue whose hashes are pinned on first use, so that tiny ones may stand in for them."""


def tiny_voice(folder: Path, code: str, seed: int) -> tuple[bytes, bytes]:
    """Return network and configuration of a tiny voice that speaks `code`."""
    folder.mkdir(parents=True, exist_ok=True)
    network, config = write_tiny_voice(folder, seed=seed)
    values = json.loads(config.read_text())
    values |= {"language": {"code": code}, "espeak": {"voice": code.split("_", maxsplit=1)[0]}}
    config.write_text(json.dumps(values))
    return network.read_bytes(), config.read_bytes()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    """A hub that has the two voices at the addresses that the catalogue names."""
    with serving() as server:
        for seed, name in enumerate((SLOVAK, ITALIAN)):
            [source] = load_catalogue().get(name).sources
            assert isinstance(source, HubSource)
            network, config = tiny_voice(tmp_path / name, name.split("-")[0], seed)
            for path, remote in source.files.items():
                address = f"/{source.repository}/resolve/{source.revision}/{remote}"
                server.content[address] = config if path.endswith(".json") else network
        yield server


def wav(path: Path) -> tuple[int, np.ndarray]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")


def test_two_voices_of_two_languages_come_from_the_hub_are_verified_listed_and_speak(
    run: Visavis, hub: HubServer, tmp_path: Path
) -> None:
    pulled = run("models", "pull", SLOVAK, ITALIAN, "--hub-url", hub.url)
    assert pulled.exit_code == 0, pulled.output
    assert {path for path, _ in hub.asked} == set(hub.content), "both files of both, and nothing else"
    verified = run("models", "verify", SLOVAK, ITALIAN, "--json")
    assert [(report["name"], report["sound"]) for report in json.loads(verified.stdout)] == [
        (SLOVAK, True),
        (ITALIAN, True),
    ]

    listed = {voice["voice_name"]: voice for voice in json.loads(run("voices", "list", "--installed", "--json").stdout)}
    assert set(listed) == {SLOVAK, ITALIAN, "basic"}
    assert listed[SLOVAK]["licence"].startswith("CC0-1.0")
    assert (listed[ITALIAN]["languages"], listed[ITALIAN]["quality"]) == (["it"], "medium")
    languages = {row["code"]: row for row in json.loads(run("voices", "languages", "--json").stdout)}
    assert (languages["sk"]["spoken_by"], languages["it"]["spoken_by"]) == (SLOVAK, ITALIAN)
    assert languages["sk"]["get"] == ["visavis models pull whisper-small"], "it is spoken, and not heard yet"

    sounds = []
    for language, name, text in (
        ("Slovak", SLOVAK, "Dobrý deň, ako sa máte?"),
        ("it", ITALIAN, "Buongiorno, come sta?"),
    ):
        out = tmp_path / f"{name}.wav"
        said = run("voices", "say", text, "--language", language, "--out", out, "--json")
        assert said.exit_code == 0, said.output
        told = json.loads(said.stdout)
        rate, samples = wav(out)
        assert (told["voice_name"], told["basic"], told["sample_rate"]) == (name, False, rate)
        assert told["seconds"] == pytest.approx(samples.size / rate, abs=0.001)
        assert told["realtime_factor"] == pytest.approx(told["took_seconds"] / told["seconds"], abs=0.002)
        assert np.abs(samples).max() > 1000
        sounds.append(samples)
    assert sounds[0].size != sounds[1].size


def test_what_is_not_here_is_said_with_the_command_that_brings_it(run: Visavis, tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    for arguments, told in (
        (("--voice", SLOVAK), rf"visavis models pull {SLOVAK}"),
        (("--voice", "nobody"), "visavis voices list"),
        (("--language", "Japanese"), r"no voice for Japanese is here \(.*kanji.*`visavis voices import DIR`"),
        (("--language", "Klingon"), "--language: 'Klingon'.*Spanish"),
    ):
        result = run("voices", "say", "Hello.", "--out", out, *arguments)
        assert isinstance(result.exception, VisavisError), result.output
        assert re.search(told, str(result.exception)), str(result.exception)
    assert not out.exists()


def test_the_basic_voice_speaks_what_nothing_else_does_and_is_marked(run: Visavis, tmp_path: Path) -> None:
    said = run("voices", "say", "Bonjour à tous.", "--language", "french", "--out", tmp_path / "a.wav")
    assert "spoken by basic (the basic voice) in fr-FR" in said.output
    assert "real-time factor" in said.output
    english = json.loads(
        run("voices", "say", "Hello.", "--voice", "basic", "--out", tmp_path / "b.wav", "--json").stdout
    )
    assert (english["voice_name"], english["basic"]) == ("basic", True)
    last = run("voices", "list").stdout.splitlines()[-2]
    assert last.startswith("basic ")
    assert "38 languages" in last


def test_a_text_that_says_nothing_and_a_place_that_cannot_be_written_are_refused(run: Visavis, tmp_path: Path) -> None:
    assert isinstance(run("voices", "say", "…", "--out", tmp_path / "a.wav").exception, InvalidInputError)
    nowhere = run("voices", "say", "Hello.", "--out", tmp_path / "no" / "a.wav").exception
    assert "cannot be written" in str(nowhere)
    assert list(tmp_path.glob("*.wav")) == []


def test_the_table_of_languages_is_there_for_people_for_programs_and_for_the_readme(run: Visavis) -> None:
    text = run("voices", "languages").stdout
    assert text.splitlines()[0].split()[:3] == ["LANGUAGE", "CODE", "RECOGNISED"]
    assert len(json.loads(run("voices", "languages", "--json").stdout)) == 42
    assert run("voices", "languages", "--markdown").stdout.startswith("| language | recognised | voice |")


def test_a_voice_is_imported_after_it_has_spoken_and_speaks_then(run: Visavis, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    tiny_voice(stick, "nl_NL", 5)
    done = run("voices", "import", stick, "--name", "nl_NL-eigen-medium", "--licence", "my own recordings")
    assert done.exit_code == 0, done.output
    assert "nl_NL-eigen-medium (nl, " in done.stdout
    [voice] = json.loads(run("voices", "list", "--installed", "--language", "Dutch", "--json").stdout)[:1]
    assert (voice["voice_name"], voice["licence"], voice["quality"]) == (
        "nl_NL-eigen-medium",
        "my own recordings",
        "medium",
    )
    said = run("voices", "say", "Goedemorgen.", "--voice", "nl_NL-eigen-medium", "--out", tmp_path / "a.wav", "--json")
    assert json.loads(said.stdout)["language"] == "nl-NL"
    wrong = run("voices", "say", "x", "--voice", "nl_NL-eigen-medium", "--language", "fr", "--out", tmp_path / "b.wav")
    assert "--language: 'fr' is not accepted; the language of nl_NL-eigen-medium" in str(wrong.exception)


def test_what_does_not_speak_is_not_imported(run: Visavis, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    tiny_voice(stick, "nl_NL", 5)
    (stick / "tiny.onnx").write_bytes(b"no network at all")
    assert run("voices", "import", stick).exit_code != 0
    assert [voice["voice_name"] for voice in json.loads(run("voices", "list", "--installed", "--json").stdout)] == [
        "basic"
    ]


def test_a_network_that_takes_its_weights_from_other_files_is_not_imported(run: Visavis, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    tiny_voice(stick, "nl_NL", 5)
    (tmp_path / "weights").write_bytes(np.zeros(4, np.float32).tobytes())
    network = onnx.load(stick / "tiny.onnx")
    outside = helper.make_tensor("outside", TensorProto.FLOAT, [4], np.zeros(4, np.float32))
    outside.ClearField("float_data")
    outside.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../weights"), ("offset", "0"), ("length", "16")):
        outside.external_data.add(key=key, value=value)
    network.graph.initializer.append(outside)
    network.graph.node.append(helper.make_node("Identity", ["outside"], ["unused"]))
    network.graph.output.append(helper.make_tensor_value_info("unused", TensorProto.FLOAT, [4]))
    (stick / "tiny.onnx").write_bytes(network.SerializeToString())
    result = run("voices", "import", stick)
    assert result.exit_code != 0
    assert "does not load" in str(result.exception)
