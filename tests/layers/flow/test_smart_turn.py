"""smart-turn tells finished turns from pauses, as far as sound alone can."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelUnavailableError
from engine.layers.audio import HEARING_RATE
from engine.layers.flow.protocol import EndOfTurnDetector
from engine.layers.flow.smart_turn import WINDOW, SmartTurn
from tests.layers.sounds import noise, recorded_turns, silence, speech
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]


@pytest.fixture(scope="module")
def model() -> EndOfTurnDetector:
    return SmartTurn(model_store().file("smart-turn-v3.2", "smart-turn-v3.2-cpu.onnx"))


def test_finished_turns_are_likelier_than_pauses(model: EndOfTurnDetector) -> None:
    clips = recorded_turns()
    if not clips:
        pytest.skip("the recorded turns are not here")

    def after(second: float, clip_samples: np.ndarray) -> float:
        return model.probability(clip_samples[: int((second + 0.2) * HEARING_RATE)])

    ends = [after(clip.end, clip.samples) for clip in clips if clip.end is not None]
    pauses = [after(start, clip.samples) for clip in clips for start, _ in clip.pauses]
    assert np.mean(np.array(ends) > 0.5) > 0.6
    assert np.mean(np.array(pauses) > 0.5) < 0.4


def test_only_the_last_eight_seconds_count(model: EndOfTurnDetector) -> None:
    turn = np.concatenate([noise(8.0, 0.02), speech().samples])[-WINDOW:]
    assert model.probability(np.concatenate([noise(3.0, 0.3, seed=1), turn])) == model.probability(turn)


def test_what_is_missing_is_filled_in_front(model: EndOfTurnDetector) -> None:
    heard = speech().samples[-4 * HEARING_RATE :]
    filled = np.concatenate([silence(8.0 - len(heard) / HEARING_RATE), heard])
    assert model.probability(heard) == model.probability(filled)


@pytest.mark.parametrize("seconds", [0.0, 1 / HEARING_RATE, 0.01, 1.0, 8.0, 20.0])
def test_any_length_gives_a_probability(model: EndOfTurnDetector, seconds: float) -> None:
    assert 0.0 <= model.probability(silence(seconds)) <= 1.0


def test_no_sound_is_no_finished_turn(model: EndOfTurnDetector) -> None:
    assert model.probability(silence(0.0)) == 0.0


def test_threads_get_the_same_answers(model: EndOfTurnDetector) -> None:
    cuts = [speech().samples[: length * HEARING_RATE // 4] for length in range(4, 12)]
    alone = [model.probability(cut) for cut in cuts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model.probability, cuts)) == alone


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    sound = model_store().file("smart-turn-v3.2", "smart-turn-v3.2-cpu.onnx").read_bytes()
    path = tmp_path / "damaged.onnx"
    path.write_bytes(sound[: len(sound) // 2])
    with pytest.raises(ModelUnavailableError, match=r"damaged\.onnx does not load"):
        SmartTurn(path)
