"""What a face shows of the emotions of a voice."""

import pytest

from engine.conversation.mien import NO_MIEN, mien_of
from engine.layers.replica.performance.feelings import EMOTIONS as OF_A_FACE
from engine.layers.tts.emotions import EMOTIONS as OF_A_VOICE
from engine.layers.tts.emotions import LEVELS, Emotion


@pytest.mark.parametrize("name", sorted(OF_A_VOICE))
@pytest.mark.parametrize("level", LEVELS)
def test_every_emotion_of_a_voice_is_one_that_a_face_has(name: str, level: str) -> None:
    shown, strength = mien_of([Emotion(name, LEVELS[level])])
    assert shown in OF_A_FACE
    assert 0.0 < strength <= 1.5


def test_a_face_shows_the_strongest_of_several() -> None:
    assert mien_of([Emotion("happiness", 0.4), Emotion("sadness", 1.4)])[0] == "sadness"
    assert mien_of([Emotion("calm"), Emotion("surprise", 0.4)])[0] == "surprise"


def test_more_of_an_emotion_shows_more() -> None:
    strengths = [mien_of([Emotion("positivity", level)])[1] for level in LEVELS.values()]
    assert strengths == sorted(set(strengths))


def test_nothing_felt_is_nothing_shown() -> None:
    assert mien_of([]) == mien_of([Emotion("neutral"), Emotion("calm")]) == NO_MIEN
