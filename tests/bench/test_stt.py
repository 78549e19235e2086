"""`visavis bench stt`."""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from engine.bench.stt import beginnings, bench_stt, measure
from engine.bench.utterances import clips_with_text
from engine.conversation.listener import PARTIAL_EVERY
from engine.errors import ModelUnavailableError
from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.cancel import CancelToken
from engine.layers.stt.protocol import Transcription
from tests.model_files import NEEDS_MODELS, home


class Clock:
    """Understands the number of whole seconds that it hears, one word for each."""

    def __init__(self, *, mistaken: bool = False) -> None:
        self.mistaken = mistaken

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str = "en",
        others: Collection[str] = (),
        hotwords: str = "",
        partial: bool = False,
        cancel: CancelToken | None = None,
    ) -> Transcription:
        words = ["one", "two", "three", "four", "five"][: audio.size // HEARING_RATE]
        if self.mistaken and words:
            words[-1] = "many"
        return Transcription(" ".join(words), -0.1, self.mistaken, 1.0)


def test_the_beginnings_of_an_utterance_grow_by_the_same_step() -> None:
    sound = np.arange(round(2.5 * PARTIAL_EVERY * HEARING_RATE), dtype=np.float32)
    begun = list(beginnings(sound))
    assert [part.size / HEARING_RATE for part in begun] == pytest.approx([PARTIAL_EVERY, 2 * PARTIAL_EVERY])
    assert all(np.array_equal(part, sound[: part.size]) for part in begun)
    assert not list(beginnings(sound[: round(PARTIAL_EVERY * HEARING_RATE)]))


def test_both_are_measured_on_the_same_clips() -> None:
    clips = clips_with_text(None)[:2]
    said = {clip.sound().size: clip.said for clip in clips}
    report = measure(clips, Clock(mistaken=True), lambda sound: said[sound.size].upper(), lambda note: None)
    assert (report["clips"], report["words"]) == (2, sum(len(clip.said.split()) for clip in clips))
    assert report["wer_full_window"] == 0.0
    assert report["wer"] == report["wer_difference"] == 1.0
    assert report["wer_difference_interval"] == [1.0, 1.0]
    assert report["fell_back"] == 1.0
    assert 0 <= report["partial_ms"]["p50"] <= report["partial_ms"]["p95"]
    assert 0 <= report["final_ms"]["p50"] <= report["final_ms"]["p95"]


def test_stable_words_that_the_final_text_has_are_not_revised() -> None:
    steady = measure(clips_with_text(None)[:3], Clock(), lambda sound: "", lambda note: None)
    assert steady["stable_words"] > 0
    assert steady["stable_words_revised"] == 0.0


def test_an_empty_store_names_what_fetches_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="visavis models pull --default"):
        bench_stt(tmp_path, None, None, lambda note: None, count=1)


@NEEDS_MODELS[0]
@NEEDS_MODELS[1]
def test_the_shipped_clips_are_understood_as_well_as_on_the_full_window() -> None:
    command = [sys.executable, "-m", "engine", "bench", "stt", "--json", "--home", str(home())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report["clips"] == 8
    assert report["wer"] <= report["wer_full_window"] + 0.05
    assert report["wer"] <= 0.15
    low, high = report["wer_difference_interval"]
    assert low <= report["wer_difference"] <= high
    assert 0 < report["partial_ms"]["p50"] < report["full_window_ms"]["p50"]
    assert "is listening to 8 clips" in done.stderr
