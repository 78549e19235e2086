"""Silero hears speech, and nothing else, for each microphone on its own."""

from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelUnavailableError
from engine.layers.audio import VAD_FRAME, Samples
from engine.layers.flow.protocol import VoiceActivityDetector
from engine.layers.flow.silero import SileroModel
from tests.layers.sounds import noise, read, shared_folder, silence, speech
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]


@pytest.fixture(scope="module")
def model() -> SileroModel:
    return SileroModel(model_store().file("silero-vad-v6", "silero_vad_v6.onnx"))


def probabilities(detector: VoiceActivityDetector, sound: Samples) -> list[float]:
    return [detector.probability(sound[at : at + VAD_FRAME]) for at in range(0, len(sound) - VAD_FRAME + 1, VAD_FRAME)]


def test_silence_and_noise_are_no_speech(model: SileroModel) -> None:
    assert max(probabilities(model.open(), silence(2.0))) < 0.1
    assert max(probabilities(model.open(), noise(2.0, 0.01))) < 0.5


def test_speech_is_speech(model: SileroModel) -> None:
    found = probabilities(model.open(), speech().samples)
    assert found[0] < 0.5
    assert np.mean(np.array(found) > 0.5) > 0.3
    assert max(found) > 0.9


def test_recorded_noises_trigger_at_most_a_moment(model: SileroModel) -> None:
    folder = shared_folder("barge")
    if folder is None:
        pytest.skip("the recorded noises are not here")
    for path in sorted(folder.glob("noise_*.flac")):
        frames = np.array(probabilities(model.open(), read(path))) > 0.5
        assert frames.sum() * VAD_FRAME / 16_000 <= 0.3, path.name


def test_agrees_with_the_reference_loop(model: SileroModel) -> None:
    sound = speech().samples
    sound = sound[: len(sound) // VAD_FRAME * VAD_FRAME]
    expected = np.ravel(get_vad_model()(sound))
    np.testing.assert_allclose(probabilities(model.open(), sound), expected, atol=1e-3)


def test_microphones_do_not_disturb_each_other(model: SileroModel) -> None:
    talking, quiet = model.open(), model.open()
    sound = speech().samples[: 100 * VAD_FRAME]
    alone = probabilities(model.open(), sound)
    together = []
    for at in range(0, len(sound), VAD_FRAME):
        together.append(talking.probability(sound[at : at + VAD_FRAME]))
        assert quiet.probability(silence(VAD_FRAME / 16_000)) < 0.1
    assert together == alone


def test_reset_forgets(model: SileroModel) -> None:
    detector = model.open()
    sound = speech().samples
    first = probabilities(detector, sound)
    detector.reset()
    assert probabilities(detector, sound) == first


@given(length=st.integers(0, 2000).filter(lambda length: length != VAD_FRAME))
def test_other_frame_lengths_are_refused(model: SileroModel, length: int) -> None:
    with pytest.raises(ValueError, match="512"):
        model.open().probability(np.zeros(length, dtype=np.float32))


def test_another_network_is_named(tmp_path: Path) -> None:
    path = model_store().file("smart-turn-v3.2", "smart-turn-v3.2-cpu.onnx")
    with pytest.raises(ModelUnavailableError, match=r"smart-turn.*another network.*'c', 'h', 'input'"):
        SileroModel(path)
