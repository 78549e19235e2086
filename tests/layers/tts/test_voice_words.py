"""Dictionary words and word times, in every voice that the tests have."""

import numpy as np
import pytest

from engine.layers.cancel import CancelToken
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.pronunciations import Pronunciations
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.style import SpeakingStyle
from tests.layers.tts.conftest import Voices, every_voice, natural_voices

DICTIONARY = Pronunciations.compiled(
    [
        {"text": "Nguyen", "pronunciation": "wɪn", "type": "ipa"},
        {"text": "Visavis", "pronunciation": "vee za vee", "type": "alias"},
    ]
)


def sounds(clause: SpokenClause) -> str:
    return "".join(span.phoneme for span in clause.phonemes)


@pytest.mark.parametrize("name", every_voice())
def test_a_word_of_the_dictionary_is_said_as_it_says(voices: Voices, name: str) -> None:
    text, style = "Nguyen uses Visavis.", SpeakingStyle(pronunciations=DICTIONARY)
    plain, said = voices[name].speak(text), voices[name].speak(text, style=style)
    assert sounds(said).startswith("wɪn")
    assert not sounds(plain).startswith("wɪn")
    assert sounds(said).endswith(sounds(voices[name].speak("vee za vee."))[-3:])
    assert said.text == text
    assert [word.text for word in said.words] == ["Nguyen", "uses", "Visavis."]


@pytest.mark.parametrize("name", every_voice())
def test_each_written_word_lies_where_it_is_heard(voices: Voices, name: str) -> None:
    clause = voices[name].speak("Dr. Lee paid $19.99 for all of the tea, and left.")
    assert [word.text for word in clause.words] == clause.text.split()
    ends = [word.start + word.length for word in clause.words]
    assert all(word.length > 0 for word in clause.words)
    assert all(end <= word.start for end, word in zip(ends, clause.words[1:], strict=False))
    assert ends[-1] <= clause.samples.size
    longest = max(clause.words, key=lambda word: word.length)
    assert longest.text == "$19.99"


@pytest.mark.parametrize("name", natural_voices())
def test_words_move_with_the_speed_and_the_pitch(voices: Voices, name: str) -> None:
    text = "One two three four five."
    natural, changed = voices[name].speak(text), voices[name].speak(text, style=SpeakingStyle(speed=0.7, pitch=3.0))
    factors = [after.start / before.start for before, after in zip(natural.words[1:], changed.words[1:], strict=True)]
    assert np.mean(factors) == pytest.approx(1 / 0.7, rel=0.12)


def test_cancelling_takes_effect_between_two_sentences(voices: Voices) -> None:
    class AfterTheFirst(CancelToken):
        looks = 0

        @property
        def cancelled(self) -> bool:
            self.looks += 1
            return self.looks > 1

    cancel = AfterTheFirst()
    voice = voices["tiny"]
    assert isinstance(voice, PiperVoiceEngine)
    assert voice.speak("One. Two. Three. Four.", cancel=cancel).samples.size == 0
    assert cancel.looks <= 3
