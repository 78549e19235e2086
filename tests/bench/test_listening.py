"""What Whisper hears of voices, with the real one."""

import numpy as np
import pytest

from engine.bench.listening import Held, listen, speech_alone
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


@pytest.mark.parametrize("level", [0.02, 0.5])
@pytest.mark.parametrize("room", [0.0, 1e-4])
def test_everybody_is_heard_alike_whatever_surrounds_the_speech(room: float, level: float) -> None:
    rate = 16_000
    tone = np.sin(np.arange(rate) * 0.3).astype(np.float32)
    noise = np.random.default_rng(0).normal(0.0, room, 2 * rate).astype(np.float32)
    spoken = noise.copy()
    spoken[4_000 : 4_000 + rate] += level * tone
    heard = speech_alone(spoken, rate)
    assert heard.size == round(1.2 * rate)
    assert not heard[: round(0.06 * rate)].any()
    assert not heard[-round(0.14 * rate) :].any()
    assert float(np.sqrt(np.mean(heard[2_000:16_000] ** 2))) == pytest.approx(0.08, rel=0.02)
