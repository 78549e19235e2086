"""Clips are heard as the appliance would hear them: nothing of what comes after a pause is known in it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.bench.clips import Clip
from engine.bench.turn_moments import Hearing, moments
from engine.layers.audio import HEARING_RATE
from tests.fakes.layers import LevelVad, ScriptedEndOfTurn, ScriptedRecognizer, WordlessJudge


def recorded(folder: Path, *stretches: tuple[bool, float], true_end: float | None) -> Clip:
    """Write a clip of loud and silent stretches (seconds)."""
    parts = [
        np.full(int(seconds * HEARING_RATE), 0.2 if loud else 0.0, dtype=np.float32) for loud, seconds in stretches
    ]
    soundfile.write(folder / "clip.flac", np.concatenate(parts), HEARING_RATE)
    return Clip(folder / "clip.flac", "natural", true_end, None)


@pytest.fixture
def recognizer() -> ScriptedRecognizer:
    return ScriptedRecognizer(["And then."])


@pytest.fixture
def hearing(recognizer: ScriptedRecognizer) -> Hearing:
    return Hearing(ScriptedEndOfTurn([0.2, 0.9]), recognizer, WordlessJudge())


def test_each_pause_and_the_end_are_moments(tmp_path: Path, hearing: Hearing, recognizer: ScriptedRecognizer) -> None:
    clip = recorded(tmp_path, (False, 0.5), (True, 1.0), (False, 0.6), (True, 1.0), (False, 1.0), true_end=3.1)
    pause, end = moments(clip, LevelVad(), hearing)
    assert pause.last_voiced == pytest.approx(1.5, abs=0.05)
    assert pause.resumed == pytest.approx(2.1, abs=0.05)
    assert end.last_voiced == pytest.approx(3.1, abs=0.05)
    assert end.resumed is None
    assert pause.features[0] < 0 < end.features[0]
    assert recognizer.calls[0] == pytest.approx(0.2 + 1.0 + 0.2, abs=0.3)


def test_short_gaps_are_no_moments(tmp_path: Path, hearing: Hearing) -> None:
    clip = recorded(tmp_path, (False, 0.5), (True, 0.5), (False, 0.12), (True, 0.5), (False, 1.0), true_end=1.6)
    assert len(list(moments(clip, LevelVad(), hearing))) == 1


def test_who_would_go_on_does_so_where_the_clip_is_cut_off(tmp_path: Path, hearing: Hearing) -> None:
    clip = recorded(tmp_path, (False, 0.5), (True, 1.0), true_end=None)
    (moment,) = moments(clip, LevelVad(), hearing)
    assert moment.resumed == pytest.approx(1.5)
