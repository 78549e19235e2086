"""A person's own voice: recording -> state file -> speech, with a network of random weights in the published format."""

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.cloned_voice import ClonedVoice, stretched_over
from engine.layers.tts.cloned_voice_making import clone_voice
from engine.layers.tts.cloned_voice_model import CloningModel, VoiceState
from engine.layers.tts.cloned_voice_pool import ClonedVoicePool
from engine.layers.tts.cloned_voice_state import (
    ClonedVoiceNote,
    Consent,
    cloned_voices,
    read_note,
    voice_path,
    write_voice,
)
from engine.layers.tts.loudness import loudness, true_peak
from engine.layers.tts.pronunciations import Pronunciations
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import SpeakingStyle
from models.pull import Puller
from models.store import ModelStore
from tests.layers.tts.tiny_cloning_model import SAMPLE_RATE, catalogue_model, write_tiny_cloning_model

pytest.importorskip("pocket_tts", reason="the extra `cloning` is not installed")

CONSENT = Consent("a test", "2026-03-01T08:00:00.000000Z")
NOTE = ClonedVoiceNote("noise", "pocket-tts-tiny", "en-US", "", 0.0, 4.0, "", CONSENT)
TEXT = "Hello there, my friend."


@pytest.fixture(scope="module")
def recording() -> tuple[Samples, int]:
    clause = BasicVoice().speak(
        "Good morning, this is how I speak, and it takes a few seconds to say all of this aloud."
    )
    return clause.samples, clause.sample_rate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_cloning_model(tmp_path_factory.mktemp("models") / "pocket-tts-tiny", half=True)


@pytest.fixture(scope="module")
def model(folder: Path) -> CloningModel:
    return CloningModel(folder, "en-US")


@pytest.fixture(scope="module")
def mira(tmp_path_factory: pytest.TempPathFactory, model: CloningModel, recording: tuple[Samples, int]) -> Path:
    path = voice_path(tmp_path_factory.mktemp("home"), "mira")
    clone_voice(*recording, path, model=model, consent=CONSENT)
    return path


@pytest.fixture(scope="module")
def voice(model: CloningModel, mira: Path) -> ClonedVoice:
    return ClonedVoice(model, mira)


def assert_spans_cover(clause: SpokenClause) -> None:
    ends = np.cumsum([span.length for span in clause.phonemes])
    assert [span.start for span in clause.phonemes] == [0, *ends[:-1]]
    assert ends[-1] == clause.samples.size


def test_the_state_file_says_whose_model_made_it_from_what_and_that_there_was_consent(
    mira: Path, model: CloningModel
) -> None:
    note = read_note(mira)
    assert (note.name, note.model, note.language) == ("mira", "pocket-tts-tiny", "en-US")
    assert note.fingerprint == model.fingerprint
    assert note.consent == CONSENT
    assert 3.0 < note.recording_seconds < 30.0
    assert cloned_voices(mira.parent.parent) == [note]
    assert mira.stat().st_mode & 0o077 == 0
    assert [path.name for path in mira.parent.iterdir()] == ["mira.safetensors"]


def test_speaks_finite_samples_at_the_rate_of_the_network_with_every_phoneme_in_its_place(voice: ClonedVoice) -> None:
    as_protocol: Voice = voice
    assert (as_protocol.name, as_protocol.language, as_protocol.basic) == ("mira", "en-US", False)
    clause = voice.speak(TEXT)
    assert (clause.text, clause.sample_rate, clause.samples.dtype.name) == (TEXT, SAMPLE_RATE, "float32")
    assert np.isfinite(clause.samples).all()
    assert clause.samples.size > SAMPLE_RATE // 4
    assert true_peak(clause.samples) <= 10 ** (-1 / 20) + 1e-3
    assert "".join(span.phoneme for span in clause.phonemes) == "həloʊðɛɹmaɪfɹɛnd"
    assert_spans_cover(clause)
    assert [word.text for word in clause.words] == ["Hello", "there,", "my", "friend."]
    assert [word.start for word in clause.words] == sorted(word.start for word in clause.words)


def test_respellings_of_a_dictionary_are_said(voice: ClonedVoice) -> None:
    rules = Pronunciations.compiled([{"text": "friend", "pronunciation": "boy", "type": "alias"}])
    clause = voice.speak("my friend.", style=SpeakingStyle(pronunciations=rules))
    assert "".join(span.phoneme for span in clause.phonemes) == "maɪbɔɪ"


def test_a_voice_read_from_its_file_is_the_voice_that_was_heard(tmp_path: Path, model: CloningModel) -> None:
    def noise(seed: int) -> Samples:
        return np.random.default_rng(seed).normal(0, 0.1, 4 * SAMPLE_RATE).astype(np.float32)

    def numbers(state: VoiceState) -> dict[str, list[float]]:
        return {f"{part}/{name}": tensor.flatten().tolist() for part in state for name, tensor in state[part].items()}

    heard = model.listen(noise(1), SAMPLE_RATE)
    write_voice(voice_path(tmp_path, "noise"), heard, NOTE)
    assert numbers(model.read_state(voice_path(tmp_path, "noise"))) == numbers(heard)
    assert numbers(model.listen(noise(2), SAMPLE_RATE)) != numbers(heard)


def test_the_sound_comes_in_pieces_and_a_cancelled_stream_ends_early_and_leaves_the_network_usable(
    model: CloningModel, mira: Path, voice: ClonedVoice
) -> None:
    state = model.read_state(mira)
    whole = list(model.stream(state, f"{TEXT} {TEXT}"))
    assert len(whole) > 1
    assert all(piece.dtype == np.float32 and piece.ndim == 1 for piece in whole)
    token, heard = CancelToken(), []
    for piece in model.stream(state, f"{TEXT} {TEXT}", token):
        heard.append(piece)
        token.cancel()
    assert len(heard) == 1
    # Who stops listening without a word leaves it usable too.
    next(model.stream(state, TEXT))
    assert voice.speak(TEXT).samples.size


def test_a_cancelled_clause_has_no_samples(voice: ClonedVoice) -> None:
    token = CancelToken()
    token.cancel()
    assert voice.speak(TEXT, cancel=token).samples.size == 0


@pytest.mark.parametrize("text", ["", "...", "  "])
def test_text_without_anything_to_pronounce_is_no_sound(voice: ClonedVoice, text: str) -> None:
    clause = voice.speak(text)
    assert (clause.samples.size, clause.phonemes) == (0, ())


def test_speed_and_volume_act_on_the_sound(model: CloningModel, voice: ClonedVoice) -> None:
    import torch

    def spoken(style: SpeakingStyle) -> SpokenClause:
        torch.manual_seed(3)
        return voice.speak(TEXT, style=style)

    natural, fast, soft = spoken(SpeakingStyle()), spoken(SpeakingStyle(speed=2.0)), spoken(SpeakingStyle(volume=-6.0))
    assert fast.samples.size / natural.samples.size == pytest.approx(0.5, abs=0.08)
    assert_spans_cover(fast)
    lowered = loudness(natural.samples, SAMPLE_RATE) - loudness(soft.samples, SAMPLE_RATE)
    assert lowered == pytest.approx(6.0, abs=1.0)


def test_phonemes_are_stretched_to_where_the_speech_is_heard() -> None:
    samples = np.zeros(1000, np.float32)
    samples[200:800] = 0.5
    onsets = [("", 0), ("a", 10), ("b", 40), ("", 50), ("k", 60), ("", 70)]
    assert stretched_over(onsets, samples) == [("a", 200), ("b", 500), ("", 600), ("k", 700), ("", 800)]
    assert stretched_over(onsets, np.zeros(10, np.float32)) == []


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(10 * SAMPLE_RATE, np.float32), "0.0 s of speech"),
        (np.full(SAMPLE_RATE, 0.1, np.float32), "1.0 s of speech"),
        (np.full(10 * SAMPLE_RATE, np.nan, np.float32), "finite"),
        (np.zeros((2, 9), np.float32), "one channel"),
        (np.zeros(0, np.float32), "0.0 s of speech"),
    ],
)
def test_a_recording_with_too_little_speech_is_refused(
    model: CloningModel, tmp_path: Path, samples: Samples, why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why):
        clone_voice(samples, SAMPLE_RATE, voice_path(tmp_path, "mira"), model=model, consent=CONSENT)
    assert cloned_voices(tmp_path) == []


def test_no_more_than_thirty_seconds_are_listened_to(model: CloningModel, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 40 * 8000).astype(np.float32)
    noise[: 5 * 8000] = 0.0
    note = clone_voice(noise, 8000, voice_path(tmp_path, "long"), model=model, consent=CONSENT)
    assert note.recording_seconds == pytest.approx(30.0, abs=0.1)


@pytest.mark.parametrize("name", ["", "../mira", "Mira", "a/b", "a" * 65, "-a"])
def test_a_voice_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        voice_path(tmp_path, name)


def test_weights_published_without_cloning_speak_with_voices_that_are_there_but_clone_none(
    tmp_path: Path, recording: tuple[Samples, int]
) -> None:
    limited = CloningModel(write_tiny_cloning_model(tmp_path / "pocket-tts-open", can_clone=False), "en-US")
    with pytest.raises(
        ModelUnavailableError, match=r"accept the terms .* visavis models pull pocket-tts-open --from FOLDER"
    ):
        clone_voice(*recording, voice_path(tmp_path, "mira"), model=limited, consent=CONSENT)


def test_a_voice_made_with_other_weights_is_refused_with_the_command_that_makes_it_anew(
    tmp_path: Path, mira: Path
) -> None:
    other = CloningModel(write_tiny_cloning_model(tmp_path / "pocket-tts-other", seed=9), "en-US")
    with pytest.raises(
        ModelUnavailableError, match=r"other weights .* visavis voices clone RECORDING --name mira --consent"
    ):
        ClonedVoice(other, mira)


def _not_finite(path: Path) -> None:
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(
        {n: torch.full_like(t, torch.nan) if t.is_floating_point() else t for n, t in tensors.items()}, path, metadata
    )


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda path: path.unlink(), "there is no such voice"),
        (lambda path: path.write_bytes(b""), "not a cloned voice"),
        (lambda path: path.write_bytes(struct.pack("<Q", 1 << 40) + b"{}"), "not a cloned voice"),
        (lambda path: path.write_bytes(struct.pack("<Q", 2) + b"{}"), "not a cloned voice"),
        (lambda path: path.write_bytes(path.read_bytes()[:-100]), "does not load"),
        (_not_finite, "no valid numbers"),
    ],
)
def test_a_damaged_voice_is_refused_by_name(
    tmp_path: Path, model: CloningModel, mira: Path, damage: object, why: str
) -> None:
    copy = voice_path(tmp_path, "mira")
    copy.parent.mkdir()
    shutil.copy(mira, copy)
    assert callable(damage)
    damage(copy)
    with pytest.raises(ModelUnavailableError, match=why):
        ClonedVoice(model, copy)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("model.safetensors", None, "the file is missing"),
        ("model.safetensors", b"\x80\x04pickle", "model.safetensors: "),
        ("tokenizer.json", None, "tokenizer.json: the file is missing"),
        ("tokenizer.json", b"{}", "visavis models pull"),
        ("config.yaml", b"- 1", "not a configuration of Pocket TTS"),
        ("config.yaml", None, "knows no architecture 'pocket-tts-tiny'"),
    ],
)
def test_a_model_that_does_not_load_says_which_file_and_what_mends_it(
    tmp_path: Path, folder: Path, name: str, content: bytes | None, why: str
) -> None:
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    if content is None:
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=why) as refused:
        CloningModel(copy, "en-US")
    assert "visavis models pull pocket-tts-tiny" in str(refused.value)


def test_a_model_imported_from_a_folder_serves_the_voices_of_an_installation(
    tmp_path: Path, folder: Path, recording: tuple[Samples, int]
) -> None:
    home = tmp_path / "home"
    pool = ClonedVoicePool(home)
    with pytest.raises(ModelUnavailableError, match="there is no such voice"):
        pool.voice("mira")
    Puller(ModelStore(home), import_folder=folder, reserve=0).pull(catalogue_model(folder))
    imported = CloningModel(ModelStore(home).checked("pocket-tts-tiny"), "en")
    clone_voice(*recording, voice_path(home, "mira"), model=imported, consent=CONSENT)
    spoken = pool.voice("mira")
    assert spoken is pool.voice("mira")
    assert spoken.speak(TEXT).samples.size
    made: ClonedVoiceNote = clone_voice(*recording, voice_path(home, "mira"), model=imported, consent=CONSENT)
    assert pool.voice("mira") is not spoken
    assert cloned_voices(home) == [made]
