"""The speaking mouth on the media clock."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.replica.performance.coarticulation import SILENT, Mouth, SpeakingMouth, sounds_of
from engine.layers.replica.protocol import FaceSpeech
from models.blendshapes import SHAPE_INDEX
from tests.layers.replica.performance.speaking import MS, SECOND, spoken


def saying(*clauses: FaceSpeech) -> SpeakingMouth:
    mouth = SpeakingMouth()
    for clause in clauses:
        mouth.say(sounds_of(clause, [1.0] * len(clause.phonemes)), 0)
    return mouth


def weight(mouth: Mouth, shape: str) -> float:
    return float(mouth.weights[SHAPE_INDEX[shape]])


def test_rests_while_nothing_is_said() -> None:
    mouth = SpeakingMouth()
    assert all(mouth.at(position) is SILENT for position in range(0, SECOND, 1920))


def test_opens_for_a_vowel_a_little_ahead_of_the_sound_and_rests_120_ms_after_it() -> None:
    mouth = saying(spoken(SECOND, ("ɑː", 200), ("", 300)))
    assert not mouth.at(SECOND - 130 * MS).weights.any()
    assert weight(mouth.at(SECOND - 10 * MS), "jawOpen") > 0.1
    assert weight(mouth.at(SECOND + 100 * MS), "jawOpen") > 0.4
    assert not mouth.at(SECOND + 320 * MS).weights.any()
    assert mouth.at(SECOND + 320 * MS).activity == 0.0


def test_spans_at_the_rate_of_the_voice_land_on_the_media_clock() -> None:
    mouth = saying(spoken(0, ("", 1000), ("ɑː", 200), rate=22_050))
    assert weight(mouth.at(850 * MS), "jawOpen") == 0.0
    assert weight(mouth.at(1100 * MS), "jawOpen") > 0.4


def test_a_short_consonant_takes_the_lips_of_its_neighbours() -> None:
    spread = saying(spoken(0, ("iː", 150), ("k", 60), ("iː", 150)))
    rounded = saying(spoken(0, ("uː", 150), ("k", 60), ("uː", 150)))
    middle = 180 * MS
    assert weight(spread.at(middle), "mouthStretch_L") > 0.3
    assert weight(spread.at(middle), "mouthPucker") < 0.05
    assert weight(rounded.at(middle), "mouthPucker") > 0.5


def test_rounding_is_prepared_earlier_than_the_jaw() -> None:
    mouth = saying(spoken(0, ("t", 120), ("uː", 150)))
    early = mouth.at(60 * MS)
    assert weight(early, "mouthPucker") > 0.2


def test_seals_tucks_and_the_tongue_are_really_reached_and_held_for_a_frame() -> None:
    for phoneme, reached in (("b", "seal"), ("v", "tuck"), ("ð", "between")):
        mouth = saying(spoken(0, ("ɑː", 150), (phoneme, 30), ("ɑː", 150)))
        strengths = [getattr(mouth.at(position), reached) for position in range(50 * MS, 280 * MS, MS)]
        assert strengths[0] == strengths[-1] == 0.0
        assert sum(strength == 1.0 for strength in strengths) >= 40


def test_the_tongue_shows_for_th_and_rises_for_l() -> None:
    assert weight(saying(spoken(0, ("ɑː", 100), ("θ", 90), ("ɑː", 100))).at(145 * MS), "tongueOut") == 1.0
    assert weight(saying(spoken(0, ("ɑː", 100), ("l", 90), ("ɑː", 100))).at(145 * MS), "tongueUp") == 1.0


def test_cheeks_hold_the_air_of_a_p_but_not_of_an_m() -> None:
    for phoneme, puffed in (("p", True), ("m", False)):
        mouth = saying(spoken(0, ("ɑː", 100), (phoneme, 90), ("ɑː", 100))).at(130 * MS)
        assert (weight(mouth, "cheekPuff_L") > 0.05) is puffed


def test_a_gap_too_short_for_a_pause_keeps_the_mouth_open_and_a_pause_closes_it() -> None:
    short = saying(spoken(0, ("ɑː", 150), ("", 40), ("ɑː", 150)))
    assert min(weight(short.at(position), "jawOpen") for position in range(60 * MS, 270 * MS, MS)) > 0.35
    long = saying(spoken(0, ("ɑː", 150), ("", 300), ("ɑː", 150)))
    assert not long.at(280 * MS).weights.any()


def test_a_cut_dies_away_softly_and_later_speech_still_shows() -> None:
    mouth = saying(spoken(0, *[("ɑː", 100)] * 30))
    before = weight(mouth.at(1000 * MS), "jawOpen")
    mouth.silence_from(1000 * MS)
    way = [weight(mouth.at((1000 + ms) * MS), "jawOpen") for ms in range(0, 101, 5)]
    assert way[0] == before
    assert max(earlier - later for earlier, later in itertools.pairwise(way)) < 0.05
    assert way[-1] == 0.0
    mouth.say(sounds_of(spoken(1050 * MS, ("ɑː", 300)), [1.0]), 1100 * MS)
    assert weight(mouth.at(1200 * MS), "jawOpen") > 0.4


def test_a_cut_in_the_future_leaves_what_comes_before() -> None:
    mouth = saying(spoken(0, *[("ɑː", 100)] * 30))
    mouth.silence_from(2000 * MS)
    assert weight(mouth.at(1990 * MS), "jawOpen") > 0.4
    assert not mouth.at(2100 * MS).weights.any()


def test_says_whether_speech_is_near() -> None:
    mouth = saying(spoken(SECOND, ("ɑː", 200)))
    assert not mouth.speaks_within(0, 900.0)
    assert mouth.speaks_within(0, 1100.0)
    assert mouth.speaks_within(SECOND + 100 * MS, 1.0)
    assert not mouth.speaks_within(SECOND + 210 * MS, 1000.0)


def test_what_is_past_is_forgotten() -> None:
    mouth = SpeakingMouth()
    for second in range(300):
        clause = spoken(second * SECOND, *[("ɑː", 100), ("b", 50)] * 6)
        mouth.say(sounds_of(clause, [1.0] * 12), second * SECOND)
        mouth.at(second * SECOND)
        assert len(mouth) <= 32
    mouth.at(700 * SECOND)
    assert len(mouth) == 0
    mouth.say(sounds_of(spoken(0, ("ɑː", 100)), [1.0]), 700 * SECOND)
    assert len(mouth) == 0


phonemes = st.sampled_from(
    ["", "p", "m", "f", "θ", "t", "s", "ʃ", "ɹ", "k", "ɑː", "ɛ", "ə", "iː", "oʊ", "uː", "?", "字"]
)
clauses = st.lists(
    st.tuples(
        st.integers(0, 96_000),
        st.sampled_from([16_000, 22_050, 48_000]),
        st.lists(st.tuples(phonemes, st.integers(1, 300)), max_size=12),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=40)
@given(clauses=clauses, cut=st.one_of(st.none(), st.integers(0, 96_000)))
def test_whatever_is_said_the_mouth_stays_in_range_and_a_cut_holds(
    clauses: list[tuple[int, int, list[tuple[str, int]]]], cut: int | None
) -> None:
    mouth = saying(*(spoken(start, *said, rate=rate) for start, rate, said in clauses))
    if cut is not None:
        mouth.silence_from(cut)
    for position in range(0, 300_000, 1_920):
        shown = mouth.at(position)
        assert np.isfinite(shown.weights).all()
        assert float(shown.weights.min()) >= 0.0
        assert float(shown.weights.max()) <= 1.0
        assert all(0.0 <= value <= 1.0 for value in (shown.seal, shown.tuck, shown.between, shown.activity))
        if cut is not None and position >= cut + 120 * MS:
            assert not shown.weights.any()
    assert mouth.at(1_000_000) is SILENT
    assert len(mouth) == 0


@settings(deadline=None, max_examples=25)
@given(said=st.lists(st.tuples(phonemes, st.integers(45, 200)), min_size=1, max_size=10))
def test_the_mouth_never_jumps(said: list[tuple[str, int]]) -> None:
    mouth = saying(spoken(SECOND, *said))
    end = 1000 + sum(length for _, length in said) + 200
    shown = np.stack([mouth.at(ms * MS).weights for ms in range(850, end, 2)])
    jaw_and_lips = shown[:, [SHAPE_INDEX[name] for name in ("jawOpen", "mouthPucker", "mouthFunnel", "mouthStretch_L")]]
    # In 2 ms: lips that round for nothing but one short vowel come to a tenth.
    assert np.abs(np.diff(jaw_and_lips, axis=0)).max() < 0.2
