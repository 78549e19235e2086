"""When each written word is heard."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.phonemize_espeak import EspeakPhonemizer

from engine.layers.tts.phoneme_tokens import merge_tokens
from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations
from engine.layers.tts.reading import Reading, piper_sentences, read
from engine.layers.tts.spans import PhonemeSpan, WordSpan
from engine.layers.tts.word_times import word_spans

STEP = 100
"""Samples of every token."""
CASES = [
    line.split(" => ")[0]
    for line in (Path(__file__).parent / "normalisation_cases.txt").read_text("utf-8").splitlines()
    if " => " in line
]
SENTENCES = """
One of the best things in the world is a cup of tea in the morning.
I am going to the shop, and I'll be back at noon.
What is the time of the next train to the airport?
It was the best of times, and it was the worst of times.
You should have told me about it before we left the house.
There's a lot of work to do in the garden this afternoon.
Could you send me the address of the restaurant, please?
He said that he would have been there if he could.
The weather in the north will be cold for the rest of the week.
If I were you, I'd ask for a second opinion.
Let me see if I can find a table for four at eight.
We don't have any of the blue ones, but there are some in green.
She has to be at the office by nine on Monday.
As far as I know, the museum is open on the weekend.
Most of the people in the room had no idea what was going on.
Do you want me to turn the lights off for the night?
This is one of those days when nothing seems to work.
I've been to the doctor, and it is not as bad as I thought.
The keys are on the table in the kitchen, next to the phone.
In the end, all of us were glad that it was over.
At the moment, I can't think of a better answer to that.
Your order of two large pizzas will be there in thirty minutes.
How much of the budget is left for the rest of the year?
Put it on the shelf with the others, and close the door.
It might have been a mistake to sell the house in the spring.
For the first time in a while, I'm looking forward to it.
That would be the end of the story, if it weren't for her.
Her flight to Chicago is at ten in the morning.
I was in the middle of a call when the power went out.
Ask him if he's going to come with us to the lake.
To be honest, I would rather stay at home with a book.
Some of the questions on the test were a bit of a surprise.
The man at the desk gave me a map of the city.
Is it all right if I pay for it with a card?
On the other hand, it has been a good year for the company.
You can see the sea from the window of the room.
We will be in touch with you by the end of the day.
Nobody told us that there was a party in the park.
Just to be sure, could you say the name of the street again?
Thanks for the help, and have a nice rest of your evening.
""".strip().splitlines()


@pytest.fixture(scope="module")
def espeak() -> EspeakPhonemizer:
    return EspeakPhonemizer()


class Spoken:
    """A text said by a voice that takes 100 samples for each token."""

    def __init__(self, espeak: EspeakPhonemizer, text: str, pronunciations: Pronunciations = NO_PRONUNCIATIONS) -> None:
        self.reading: Reading = read(text, "en-US", pronunciations)
        self.phonemes: list[PhonemeSpan] = []
        position = 0
        for sentence in piper_sentences(
            self.reading, lambda words: list(espeak.phonemize("en-us", words)), DEFAULT_PHONEME_ID_MAP, "en-US"
        ):
            timed = [*merge_tokens(sentence, [STEP] * len(sentence)), ("", STEP * len(sentence))]
            self.phonemes += [
                PhonemeSpan(phoneme, position + start, end - start) for (phoneme, start), (_, end) in pairwise(timed)
            ]
            position += STEP * len(sentence)
        self.phonemise = lambda word: ["".join(said) for said in espeak.phonemize("en-us", word)]
        self.words: tuple[WordSpan, ...] = word_spans(self.reading, self.phonemes, self.phonemise)

    def heard(self, word: WordSpan) -> str:
        return "".join(
            span.phoneme for span in self.phonemes if word.start <= span.start < word.start + word.length
        ).replace("ʲ", "")

    @property
    def after_silence(self) -> list[int]:
        """Where a phoneme follows a silence."""
        before = [PhonemeSpan("", 0, 0), *self.phonemes]
        return [span.start for last, span in pairwise(before) if span.phoneme and not last.phoneme]


def assert_in_order(words: Sequence[WordSpan], phonemes: Sequence[PhonemeSpan]) -> None:
    voiced = [span for span in phonemes if span.phoneme]
    if words:
        assert words[0].start == voiced[0].start
        assert words[-1].start + words[-1].length == voiced[-1].start + voiced[-1].length
    for one, two in pairwise(words):
        assert one.start + one.length == two.start
        assert one.length >= 0


def test_words_that_espeak_joins_are_told_apart(espeak: EspeakPhonemizer) -> None:
    spoken = Spoken(espeak, "One of the men in the house would have been there.")
    assert [spoken.heard(word) for word in spoken.words] == [
        "wʌn", "ʌv", "ðə", "mɛn", "ɪn", "ðə", "haʊs", "wʊd", "hɐv", "bɪn", "ðɛɹ"
    ]  # fmt: skip


def test_in_forty_sentences_every_pause_between_words_is_where_a_word_begins(espeak: EspeakPhonemizer) -> None:
    assert len(SENTENCES) == 40
    edges, missed = 0, 0
    for sentence in SENTENCES:
        spoken = Spoken(espeak, sentence)
        assert [word.text for word in spoken.words] == sentence.split()
        starts = {word.start for word in spoken.words}
        edges += len(spoken.after_silence)
        missed += sum(edge not in starts for edge in spoken.after_silence)
    assert edges > 400
    assert missed == 0


def test_without_any_pause_between_words_at_most_one_border_in_a_hundred_is_missed(espeak: EspeakPhonemizer) -> None:
    edges, missed = 0, 0
    for sentence in SENTENCES:
        spoken = Spoken(espeak, sentence)
        voiced = [span for span in spoken.phonemes if span.phoneme]
        true = {index for index, span in enumerate(voiced) if span.start in spoken.after_silence}
        run_together = [PhonemeSpan(span.phoneme, index * STEP, STEP) for index, span in enumerate(voiced)]
        starts = {word.start // STEP for word in word_spans(spoken.reading, run_together, spoken.phonemise)}
        edges += len(true)
        missed += len(true - starts)
    assert missed <= edges / 100


@pytest.mark.parametrize(
    ("text", "word", "heard"),
    [
        ("It costs $19.99 today.", "$19.99", "naɪntiːndɑːlɚzændnaɪntinaɪnsɛnts"),
        ("Dr. Lee came.", "Dr.", "dɑːktɚ"),
        ("on Nov 20, 2026.", "20,", "twɛntiəθ"),
        ("on Nov 20, 2026.", "2026.", "twɛntitwɛntisɪks"),
        ("It is 5 % now.", "%", "pɚsɛnt"),
        ("at 3:30 p.m. today", "p.m.", "piːɛm"),
        ("King Henry VIII was", "VIII", "ðɪeɪtθ"),
        ("**Bold** words", "**Bold**", "boʊld"),
        ("mail ann@example.com now", "ann@example.com", "ænæɾɛɡzæmpəldɑːtkɑːm"),
    ],
)
def test_a_written_word_spans_all_that_is_said_for_it(
    espeak: EspeakPhonemizer, text: str, word: str, heard: str
) -> None:
    spoken = Spoken(espeak, text)
    assert [spoken.heard(span) for span in spoken.words if span.text == word] == [heard]


def test_written_words_said_as_one_share_it(espeak: EspeakPhonemizer) -> None:
    spoken = Spoken(espeak, "He is 6 ft 2 in tall.")
    assert [word.text for word in spoken.words] == ["He", "is", "6", "ft", "2", "in", "tall."]
    assert "".join(spoken.heard(word) for word in spoken.words[2:6]) == "sɪksfʊttuː"


def test_what_is_not_said_has_no_span(espeak: EspeakPhonemizer) -> None:
    spoken = Spoken(espeak, "Yes 😀 - *really* !")
    assert [word.text for word in spoken.words] == ["Yes", "*really*"]


def test_a_dictionary_word_has_a_span_of_its_own(espeak: EspeakPhonemizer) -> None:
    rules = Pronunciations.compiled([{"text": "Nguyen", "pronunciation": "ŋwɪn", "type": "ipa"}])
    spoken = Spoken(espeak, "Is Nguyen's car in the yard?", rules)
    assert [word.text for word in spoken.words] == ["Is", "Nguyen's", "car", "in", "the", "yard?"]
    assert spoken.heard(spoken.words[1]) == "ŋwɪnz"


@pytest.mark.parametrize("text", CASES)
def test_every_written_word_of_the_table_that_says_something_has_a_span(espeak: EspeakPhonemizer, text: str) -> None:
    spoken = Spoken(espeak, text)
    assert_in_order(spoken.words, spoken.phonemes)
    speaking = [word for word in text.split() if any(map(str.isalnum, word))]
    spanned = [word.text for word in spoken.words]
    assert [word for word in spanned if any(map(str.isalnum, word))] == speaking
    assert all(word.length > 0 for word in spoken.words)


def test_silence_alone_has_no_words() -> None:
    assert word_spans(read("Hello.", "en"), [PhonemeSpan("", 0, 500)], list) == ()
    assert word_spans(read("", "en"), [PhonemeSpan("a", 0, 500)], list) == ()


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(alphabet="ab 1$%.,-[:/*\n'Zé", max_size=60),
    phonemes=st.lists(st.tuples(st.sampled_from(["", "a", "t", "aɪ", "ʃ"]), st.integers(1, 400)), max_size=50),
    sounds=st.sampled_from(["", "t", "aɪ"]),
)
def test_any_phonemes_for_any_text_give_spans_in_order(text: str, phonemes: list[tuple[str, int]], sounds: str) -> None:
    position, spans = 0, []
    for phoneme, length in phonemes:
        spans.append(PhonemeSpan(phoneme, position, length))
        position += length
    assert_in_order(word_spans(read(text, "en"), spans, lambda word: sounds * len(word)), spans)


def test_a_long_text_is_aligned_within_a_band() -> None:
    text = "the cat sat " * 300
    spans = [PhonemeSpan(sound, index * STEP, STEP) for index, sound in enumerate("ðəkatsat" * 300)]
    words = word_spans(read(text, "en"), spans, lambda word: {"the": "ðə"}.get(word, word))
    assert [word.start // STEP for word in words] == [8 * n + k for n in range(300) for k in (0, 2, 5)]
