"""Each setting of a style changes the measured sound in the right direction, in every voice that ships."""

import numpy as np
import pytest

from engine.layers.tts.emotions import Emotion
from engine.layers.tts.levelling import CEILING, TARGET
from engine.layers.tts.loudness import loudness, true_peak
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import NATURAL, SpeakingStyle
from tests.layers.tts.conftest import Voices, every_voice, natural_voices
from tests.layers.tts.measured import median_pitch, pitch_range, pitches, sharpest_step

TEXT = "We may all go home along the river in an hour or more."
CLAUSES = (
    "Yes.", "Oh,", "Why?", "No way!", "Of course.", "I see,", "Well, then.", "Are you sure?", "Thank you very much.",
    "Your appointment is on Tuesday at nine thirty.", "I found three restaurants near the station,",
    "and one of them is open until midnight.", "Would you like me to send you a reminder?",
    "Sorry, I did not catch that. Could you say it again?", "That will be $42.50;", "What a wonderful idea!",
    "The password must have at least twelve characters, and one of them has to be a digit.", "Hm, let me think ...",
    "She sells seashells on the seashore.", "Room seven.", "First:", "It is 68 degrees in Chicago.",
)  # fmt: skip

one_of_every = pytest.mark.parametrize("name", every_voice())
one_of_the_natural = pytest.mark.parametrize("name", natural_voices())


def level(clause: SpokenClause) -> float:
    return loudness(clause.samples, clause.sample_rate)


def heard_seconds(clause: SpokenClause) -> float:
    loud = np.flatnonzero(np.abs(clause.samples) > 0.003)
    return float(loud[-1] - loud[0]) / clause.sample_rate


def said(voice: Voice, **settings: float) -> SpokenClause:
    return voice.speak(TEXT, style=SpeakingStyle(**settings))  # type: ignore[arg-type]


@one_of_every
def test_speed_shortens_speech_and_pause_alike(voices: Voices, name: str) -> None:
    slow, natural, fast = (said(voices[name], speed=speed) for speed in (0.7, 1.0, 1.4))
    # The tiny voice has whole frames only, few of them a sound.
    tolerance = 0.2 if name == "tiny" else 0.08
    assert heard_seconds(slow) / heard_seconds(natural) == pytest.approx(1 / 0.7, rel=tolerance)
    assert heard_seconds(fast) / heard_seconds(natural) == pytest.approx(1 / 1.4, rel=tolerance)
    assert fast.samples.size < natural.samples.size < slow.samples.size


@one_of_every
@pytest.mark.parametrize("pitch", [-3.0, 3.0])
def test_pitch_moves_the_fundamental_by_semitones_and_keeps_the_length(voices: Voices, name: str, pitch: float) -> None:
    natural, moved = said(voices[name]), said(voices[name], pitch=pitch)
    low, high = (median_pitch(clause.samples, clause.sample_rate) for clause in (natural, moved))
    assert 12 * np.log2(high / low) == pytest.approx(pitch, abs=1.0)
    assert heard_seconds(moved) == pytest.approx(heard_seconds(natural), rel=0.15)


@one_of_every
@pytest.mark.parametrize("volume", [-9.0, -3.0, 3.0])
def test_volume_changes_the_loudness_by_as_many_units(voices: Voices, name: str, volume: float) -> None:
    natural, changed = said(voices[name]), said(voices[name], volume=volume)
    assert level(changed) - level(natural) == pytest.approx(volume, abs=0.6)
    assert changed.samples.size == pytest.approx(natural.samples.size, rel=0.02)  # espeak-ng itself varies a little


@one_of_every
def test_every_clause_has_the_same_loudness_and_no_peak_clips(voices: Voices, name: str) -> None:
    for text in CLAUSES:
        clause = voices[name].speak(text)
        assert level(clause) == pytest.approx(TARGET, abs=1.0), text
        assert true_peak(clause.samples) <= CEILING * 1.001, text


@one_of_every
def test_the_loudest_a_voice_can_be_asked_for_does_not_clip(voices: Voices, name: str) -> None:
    loud = said(voices[name], volume=6.0)
    assert true_peak(loud.samples) <= CEILING * 1.001
    assert level(loud) > TARGET + 3.0


@one_of_the_natural
def test_emotions_are_heard_in_pace_pitch_and_loudness(voices: Voices, name: str) -> None:
    natural, sad, excited = (
        voices[name].speak(TEXT, style=SpeakingStyle(emotions=emotions))
        for emotions in ((), (Emotion("sadness", 1.4),), (Emotion("excitement", 1.4),))
    )
    seconds = [heard_seconds(clause) for clause in (excited, natural, sad)]
    pitches = [median_pitch(clause.samples, clause.sample_rate) for clause in (sad, natural, excited)]
    levels = [level(clause) for clause in (sad, natural, excited)]
    for figures in (seconds, pitches, levels):
        assert figures == sorted(figures)
        assert len(set(figures)) == 3


@one_of_the_natural
def test_emotions_widen_or_flatten_the_melody(voices: Voices, name: str) -> None:
    flat, wide = (
        voices[name].speak(TEXT, style=SpeakingStyle(emotions=(Emotion(emotion, 1.8),)))
        for emotion in ("boredom", "surprise")
    )
    assert pitch_range(flat.samples, flat.sample_rate) < pitch_range(wide.samples, wide.sample_rate) - 0.5


@one_of_every
def test_clauses_join_without_a_click_and_wait_only_once(voices: Voices, name: str) -> None:
    first, second = (voices[name].speak(text) for text in ("When it rains,", "we stay at home."))
    assert abs(first.samples[-1]) < 0.001
    assert abs(second.samples[0]) < 0.001
    rate = first.sample_rate
    joined = np.concatenate([first.samples, second.samples])
    around = joined[first.samples.size - rate // 50 : first.samples.size + rate // 200]
    assert sharpest_step(around) < 0.02
    last = int(np.flatnonzero(np.abs(first.samples) > 0.003)[-1])
    next_sound = first.samples.size + int(np.flatnonzero(np.abs(second.samples) > 0.003)[0])
    assert (next_sound - last) / rate == pytest.approx(0.12, abs=0.03)


@one_of_every
def test_phonemes_cover_the_clause_in_every_style(voices: Voices, name: str) -> None:
    for style in (NATURAL, SpeakingStyle(speed=1.3, pitch=4.0, volume=-6.0), SpeakingStyle(speed=0.6, pitch=-5.0)):
        clause = voices[name].speak("Yes, we can. Or can we?", style=style)
        assert clause.phonemes[0].start == 0
        for span, following in zip(clause.phonemes, clause.phonemes[1:], strict=False):
            assert span.start + span.length == following.start
        assert clause.phonemes[-1].start + clause.phonemes[-1].length == clause.samples.size
        silent = [span for span in clause.phonemes if not span.phoneme and span.length > 0.1 * clause.sample_rate]
        assert silent
        for span in silent[1:]:
            middle = clause.samples[span.start + span.length // 4 : span.start + span.length]
            assert np.sqrt(np.mean(middle**2)) < 0.02


@one_of_the_natural
def test_a_clause_that_goes_on_does_not_fall_like_one_that_ends(voices: Voices, name: str) -> None:
    ends = []
    for mark in ",.?":
        clause = voices[name].speak(f"They all go home now{mark}")
        ends.append(np.median(pitches(clause.samples, clause.sample_rate)[-8:]))
    comma, full_stop, question = ends
    assert comma > full_stop * 1.02
    assert question > full_stop * 1.05
