"""Hours of speech cost no memory."""

import gc

import numpy as np
import psutil

from engine.layers.stt.whisper import WhisperRecognizer
from engine.memory import give_back
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]

LENGTHS = 40
MOST_KEPT = 15.0
"""MB; what is kept of each length is 48 MB for all of them."""


def test_what_was_recognised_leaves_nothing_behind_however_long_it_was() -> None:
    recognizer = WhisperRecognizer(model_store().checked("whisper-tiny.en"))
    sound = np.random.default_rng(0).normal(0, 0.05, 64_000).astype(np.float32)

    def kept() -> float:
        gc.collect()
        give_back()
        return float(psutil.Process().memory_info().rss) / 1e6

    for length in (16_000, 48_000):
        recognizer.transcribe(sound[:length])
    before = kept()
    for number in range(LENGTHS):
        recognizer.transcribe(sound[: 16_000 + number * 512])
    assert kept() - before < MOST_KEPT
