"""Emotions by name, and marks of them in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.tts.emotions import EMOTIONS, LEVELS, Emotion, effect_of, emotion_of, without_marks
from engine.layers.tts.style import NATURAL, Delivery, SpeakingStyle, delivery


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("curiosity", Emotion("curiosity", 1.0)),
        (" Positivity : High ", Emotion("positivity", 1.4)),
        ("anger:lowest", Emotion("anger", 0.4)),
        ("excited", Emotion("excitement", 1.0)),
        ("happiness:highest", Emotion("happiness", 1.8)),
        ("joking/comedic", Emotion("happiness", 1.0)),
        ("scared", Emotion("fear", 1.0)),
        ("zest", None),
        ("anger:extreme", None),
        ("", None),
        (":high", None),
    ],
)
def test_tags_are_read_in_any_case_and_unknown_ones_told_apart(tag: str, expected: Emotion | None) -> None:
    assert emotion_of(tag) == expected


def test_each_emotion_moves_the_voice_the_way_people_do() -> None:
    sad, glad, angry, asking = (
        delivery(SpeakingStyle(emotions=(Emotion(name),))) for name in ("sadness", "positivity", "anger", "curiosity")
    )
    assert sad.speed < 1 < glad.speed
    assert sad.pitch < 0 < glad.pitch
    assert sad.spread < 1 < glad.spread < 2
    assert sad.volume < 0 < angry.volume
    assert asking.spread > 1
    assert delivery(SpeakingStyle(emotions=(Emotion("neutral"),))) == delivery(NATURAL) == Delivery(1.0, 0.0, 1.0, 0.0)


@pytest.mark.parametrize("name", sorted(set(EMOTIONS) - {"neutral"}))
def test_a_higher_level_moves_it_further(name: str) -> None:
    sizes = [
        sum(abs(part) for part in (effect.speed, effect.pitch, effect.spread, effect.volume))
        for effect in (effect_of([Emotion(name, strength)]) for strength in LEVELS.values())
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] > 0


def test_an_emotion_comes_on_top_of_the_settings() -> None:
    both = delivery(SpeakingStyle(speed=1.2, pitch=2.0, volume=-3.0, emotions=(Emotion("sadness"),)))
    assert 1.0 < both.speed < 1.2
    assert both.pitch == pytest.approx(1.0)
    assert both.volume == pytest.approx(-5.0)


@given(
    st.floats(allow_nan=False),
    st.floats(allow_nan=False),
    st.floats(allow_nan=False),
    st.lists(st.builds(Emotion, st.sampled_from(sorted(EMOTIONS)), st.sampled_from(sorted(LEVELS.values())))),
)
def test_a_delivery_is_always_in_range(speed: float, pitch: float, volume: float, emotions: list[Emotion]) -> None:
    asked = delivery(SpeakingStyle(speed, pitch, volume, tuple(emotions)))
    assert 0.5 <= asked.speed <= 2.0
    assert -6.0 <= asked.pitch <= 6.0
    assert 0.5 <= asked.spread <= 2.0
    assert -20.0 <= asked.volume <= 6.0


@pytest.mark.parametrize(
    ("text", "said", "mark"),
    [
        ('<emotion value="excited"/> We won!', "We won!", "excited"),
        ("We <emotion value='sad' /> lost.", "We lost.", "sad"),
        ("<EMOTION VALUE=angry>No.</emotion>", "No.", ""),
        ('<emotion value="sad"/>Oh. <emotion value="content"/>Well.', "Oh. Well.", "content"),
        ("No mark <b>here</b>, 3 < 4.", "No mark <b>here</b>, 3 < 4.", None),
        ('<emotion value="sad"/>', "", "sad"),
    ],
)
def test_marks_are_taken_out_of_the_text(text: str, said: str, mark: str | None) -> None:
    assert without_marks(text) == (said, mark)


@given(st.text("<>/emotion value=\"'sad .", max_size=80))
def test_no_whole_mark_is_left(text: str) -> None:
    said, _ = without_marks(text)
    assert '<emotion value="sad"/>' not in without_marks(text + '<emotion value="sad"/>')[0]
    assert len(said) <= len(text)
