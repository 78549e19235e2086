"""The mouth on the media clock."""

import itertools
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.replica.mouth_track import MouthTrack
from engine.layers.replica.protocol import FaceSpeech
from engine.layers.replica.visemes import CLOSED, MouthShape
from engine.layers.tts.spans import PhonemeSpan

MS = 48


def spoken(start: int, *phonemes: tuple[str, int], rate: int = 48_000) -> FaceSpeech:
    """Speech from (phoneme, milliseconds)."""
    spans: list[PhonemeSpan] = []
    position = 0
    for phoneme, milliseconds in phonemes:
        length = milliseconds * rate // 1000
        spans.append(PhonemeSpan(phoneme, position, length))
        position += length
    return FaceSpeech(start, rate, spans)


def test_is_closed_while_nothing_is_said() -> None:
    track = MouthTrack()
    assert all(track.at(position) == CLOSED for position in range(0, 48_000, 1920))


def test_opens_for_a_vowel_and_closes_after_it() -> None:
    track = MouthTrack()
    track.say(spoken(48_000, ("ɑː", 200), ("", 300)))
    assert track.at(48_000 - 60 * MS) == CLOSED
    assert track.at(48_000 + 100 * MS).openness > 0.85
    assert track.at(48_000 + 260 * MS) == CLOSED


def test_spans_at_the_rate_of_the_voice_land_on_the_media_clock() -> None:
    track = MouthTrack()
    track.say(spoken(0, ("", 1000), ("ɑː", 200), rate=22_050))
    assert track.at(900 * MS) == CLOSED
    assert track.at(1100 * MS).openness > 0.85


def test_a_short_bilabial_between_vowels_really_closes() -> None:
    track = MouthTrack()
    track.say(spoken(0, ("ɑː", 150), ("b", 30), ("ɑː", 150)))
    opened = [track.at(position).openness for position in range(50 * MS, 280 * MS, MS)]
    assert opened[0] > 0.8
    assert opened[-1] > 0.8
    closed = [place for place, value in enumerate(opened) if value < 0.01]
    assert len(closed) >= 40  # a frame at 25 fps cannot miss it


def test_neighbours_blend_without_jumps() -> None:
    track = MouthTrack()
    track.say(spoken(0, ("iː", 100), ("uː", 100), ("ɑː", 100), ("s", 80), ("m", 60), ("oʊ", 160)))
    shapes = [track.at(position) for position in range(0, 700 * MS, MS)]
    for earlier, later in itertools.pairwise(shapes):
        assert abs(later.openness - earlier.openness) < 0.06
        assert abs(later.width - earlier.width) < 0.08


def test_a_gap_too_short_for_a_pause_keeps_the_mouth_open() -> None:
    track = MouthTrack()
    track.say(spoken(0, ("ɑː", 150), ("", 40), ("ɑː", 150)))
    assert min(track.at(position).openness for position in range(60 * MS, 270 * MS, MS)) > 0.7


def test_a_cut_closes_within_120_ms_and_later_speech_still_shows() -> None:
    track = MouthTrack()
    track.say(spoken(0, *[("ɑː", 100)] * 30))
    assert track.at(1000 * MS).openness > 0.8
    track.silence_from(1000 * MS)
    assert all(track.at(position) == CLOSED for position in range(1120 * MS, 3000 * MS, 10 * MS))
    track.say(spoken(3500 * MS, ("ɑː", 200)))
    assert track.at(3600 * MS).openness > 0.8


def test_a_cut_in_the_future_leaves_what_comes_before() -> None:
    track = MouthTrack()
    track.say(spoken(0, *[("ɑː", 100)] * 30))
    track.silence_from(2000 * MS)
    assert track.at(1900 * MS).openness > 0.8
    assert track.at(2120 * MS) == CLOSED


def test_what_is_past_is_forgotten() -> None:
    track = MouthTrack()
    for second in range(600):
        track.say(spoken(second * 48_000, *[("ɑː", 100), ("b", 50)] * 6))
        track.at(second * 48_000)
        assert len(track) <= 24
    track.at(700 * 48_000)
    track.say(spoken(0, ("ɑː", 100)))
    assert len(track) == 0


def test_clauses_said_from_one_thread_show_in_another() -> None:
    track = MouthTrack()
    failures: list[BaseException] = []

    def talk() -> None:
        try:
            for index in range(300):
                track.say(spoken(index * 4_800, ("ɑː", 60), ("m", 40)))
                if index % 50 == 49:
                    track.silence_from(index * 4_800)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=talk)
    thread.start()
    for position in range(0, 300 * 4_800, 480):
        shape = track.at(position)
        assert 0.0 <= shape.openness <= 1.0
    thread.join()
    assert not failures


phoneme_names = st.sampled_from(
    ["", "p", "m", "f", "θ", "t", "s", "ʃ", "ɹ", "k", "ɑː", "ɛ", "ə", "iː", "oʊ", "uː", "?", "字"]
)
clauses = st.lists(
    st.tuples(
        st.integers(0, 96_000),
        st.sampled_from([16_000, 22_050, 48_000]),
        st.lists(st.tuples(phoneme_names, st.integers(1, 300)), max_size=12),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(clauses=clauses, cut=st.one_of(st.none(), st.integers(0, 96_000)))
def test_whatever_is_said_the_shape_stays_in_range_and_a_cut_holds(
    clauses: list[tuple[int, int, list[tuple[str, int]]]], cut: int | None
) -> None:
    track = MouthTrack()
    for start, rate, phonemes in clauses:
        track.say(spoken(start, *phonemes, rate=rate))
    if cut is not None:
        track.silence_from(cut)
    for position in range(0, 300_000, 1_920):
        shape = track.at(position)
        assert_in_range(shape)
        if cut is not None and position >= cut + 120 * MS:
            assert shape == CLOSED
    assert track.at(1_000_000) == CLOSED
    assert len(track) == 0


def assert_in_range(shape: MouthShape) -> None:
    assert -1.0 <= shape.width <= 1.0
    assert all(0.0 <= value <= 1.0 for value in (shape.openness, shape.rounding, shape.teeth, shape.tongue))
