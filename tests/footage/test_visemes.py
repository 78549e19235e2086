"""Which class of sounds a phoneme shows."""

import pytest

from engine.footage.course import plan
from engine.footage.visemes import VISEMES, viseme_at
from engine.layers.tts.protocol import Voice


@pytest.mark.parametrize(
    ("phoneme", "share", "shown"),
    [
        ("", 0.5, "sil"),
        ("p", 0.0, "PP"),
        ("m", 0.99, "PP"),
        ("f", 0.5, "FF"),
        ("ð", 0.5, "TH"),
        ("iː", 0.9, "ih"),
        ("aɪ", 0.2, "aa"),
        ("aɪ", 0.7, "ih"),
        ("tʃ", 0.4, "DD"),
        ("tʃ", 0.6, "CH"),
        ("ɜː", 0.5, "RR"),
        ("☃", 0.5, "sil"),
        ("ж", 0.5, "E"),
    ],
)
def test_a_phoneme_shows_its_class_and_a_double_one_both_in_turn(phoneme: str, share: float, shown: str) -> None:
    assert viseme_at(phoneme, share) == shown


def test_the_script_has_sounds_of_every_class(voice: Voice) -> None:
    course = plan(voice, "Ada", 120.0, 1)
    said = {
        viseme_at(span.phoneme, share) for speech in course.speeches for span in speech.phonemes for share in (0.0, 0.9)
    }
    assert said == set(VISEMES)
