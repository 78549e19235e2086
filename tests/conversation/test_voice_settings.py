"""The speed of a voice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.voice_settings import FASTEST, SLOWEST, emotion_control, speaking_style, speed_factor
from engine.errors import InvalidInputError
from engine.layers.tts.emotions import Emotion
from engine.layers.tts.style import NATURAL


@pytest.mark.parametrize(
    ("speed", "engine", "factor"),
    [
        ("normal", None, 1.0),
        ("Slow", "cartesia", 0.85),
        ("fast", "elevenlabs", 1.1),
        ("slowest", "piper", 0.7),
        ("fastest", None, 1.2),
        (0, "cartesia", 1.0),
        (-1, "cartesia", 0.7),
        (1.0, None, 1.2),
        (0.5, "Cartesia", 1.1),
        (-0.5, "piper", 0.85),
        (1.15, "cartesia", 1.15),
        (0.7, "elevenlabs", 0.7),
        (1.0, "ElevenLabs", 1.0),
        (1.2, "elevenlabs", 1.2),
    ],
)
def test_words_the_scale_and_factors_mean_the_same(speed: object, engine: str | None, factor: float) -> None:
    assert speed_factor(speed, engine) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("speed", "engine", "accepted"),
    [
        (1.21, None, "-1 to 1.2"),
        (-1.01, "cartesia", "-1 to 1.2"),
        (0.5, "elevenlabs", "0.7 to 1.2"),
        (-0.1, "elevenlabs", "0.7 to 1.2"),
        ("quick", None, "slow, normal, fast"),
        (True, None, "-1 to 1.2"),
        ([1], None, "-1 to 1.2"),
        (float("nan"), None, "-1 to 1.2"),
    ],
)
def test_anything_else_is_refused_with_what_is_accepted(speed: object, engine: str | None, accepted: str) -> None:
    with pytest.raises(InvalidInputError, match=accepted):
        speed_factor(speed, engine)


@given(st.floats(-1, 1.2), st.sampled_from([None, "cartesia", "playht", "azure", "piper"]))
def test_every_speed_on_the_scale_is_a_factor_in_the_range(speed: float, engine: str | None) -> None:
    assert SLOWEST <= speed_factor(speed, engine) <= FASTEST


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_place_on_the_scale_is_never_slower(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert speed_factor(low, None) <= speed_factor(high, None)


@pytest.mark.parametrize("layers", [{}, {"tts": None}, {"tts": {}}, {"tts": {"voice_settings": None}}])
def test_a_persona_that_asks_for_nothing_speaks_naturally(layers: dict[str, object]) -> None:
    assert speaking_style(layers) == NATURAL


def test_the_settings_of_a_persona_become_one_style() -> None:
    voice = {
        "speed": "fast",
        "pitch": -2,
        "volume": 2,
        "emotion": ["positivity:high", "curiosity", "zest"],
        "style": 0.3,
    }
    style = speaking_style({"tts": {"tts_engine": "cartesia", "voice_settings": voice, "tts_emotion_control": "true"}})
    assert style.speed == pytest.approx(1.1)
    assert (style.pitch, style.emotions) == (-2.0, (Emotion("positivity", 1.4), Emotion("curiosity")))
    assert style.volume == pytest.approx(6.02, abs=0.01)
    assert speaking_style({"tts": {"voice_settings": {"emotion": "anger"}}}).emotions == (Emotion("anger"),)


@pytest.mark.parametrize("switch", [False, "false", "False"])
def test_emotion_control_can_be_switched_off(switch: object) -> None:
    layers = {"tts": {"voice_settings": {"emotion": ["anger"]}, "tts_emotion_control": switch}}
    assert speaking_style(layers) == NATURAL
    assert not emotion_control(layers)
    assert emotion_control({})


@pytest.mark.parametrize("value", ["loud", 0, -3.5e9, True, None, float("nan"), [1]])
def test_what_an_earlier_version_kept_unread_changes_nothing(value: object) -> None:
    assert speaking_style({"tts": {"voice_settings": {"volume": value}}}) == NATURAL
    if value != 0:
        assert speaking_style({"tts": {"voice_settings": {"pitch": value}}}) == NATURAL
