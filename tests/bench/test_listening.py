"""What Whisper hears of voices, with the real one."""

import pytest

from engine.bench.listening import Held, listen
from engine.layers.tts.basic_voice import BasicVoice
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]

TEXTS = ("The museum is closed on Mondays.", "I found three restaurants near the station.")


def test_a_voice_is_understood_and_is_nearest_to_itself() -> None:
    voice = BasicVoice()
    spoken = [voice.speak(text) for text in TEXTS]
    held = Held(TEXTS, tuple((clause.samples, clause.sample_rate) for clause in spoken))
    store = model_store()
    name = store.best("stt", "en")
    assert name is not None
    report = listen(store.checked(name), spoken, voice, held, lambda note: None)
    assert report["wer"] <= 0.3
    assert report["held_out_wer"]["speaker"] == pytest.approx(report["held_out_wer"]["ours"], abs=0.15)
    distances = report["embedding_distance"]
    for peer in ("flite", "espeak"):
        if distances[peer] is not None:
            assert distances["ours"] < 0.5 * distances[peer]
