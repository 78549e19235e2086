"""Text that remembers where its characters came from."""

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.layers.tts.traced_text import TracedText, kept


def origins(text: TracedText, written: str) -> list[tuple[str, str]]:
    return [
        (character, written[start:end]) for character, start, end in zip(text.text, text.starts, text.ends, strict=True)
    ]


def test_what_is_replaced_stands_for_the_whole_match_and_the_rest_for_itself() -> None:
    said = TracedText.of("a $5 b").replaced(re.compile(r"\$5"), "VI")
    assert said.text == "a VI b"
    assert origins(said, "a $5 b") == [("a", "a"), (" ", " "), ("V", "$5"), ("I", "$5"), (" ", " "), ("b", "b")]


def test_pieces_stand_for_their_own_part_and_kept_groups_for_themselves() -> None:
    said = TracedText.of("**no** 5%").replaced(re.compile(r"\*\*(\w+)\*\*"), lambda found: [kept(found, 1)])
    said = said.replaced(re.compile(r"(5)(%)"), lambda found: [("V ", *found.span(1)), ("pc", *found.span(2))])
    assert said.text == "no V pc"
    assert origins(said, "**no** 5%")[0] == ("n", "n")
    assert origins(said, "**no** 5%")[-1] == ("c", "%")
    assert origins(said, "**no** 5%")[3] == ("V", "5")


def test_origins_survive_composition_mapping_and_stripping() -> None:
    written = " e\u0301t\u2026 "
    said = TracedText.of(written).composed().mapped(lambda one: "..." if one == "\u2026" else one).stripped()
    assert said.text == "ét..."
    assert origins(said, written)[0] == ("é", "e\u0301")
    assert origins(said, written)[-1] == (".", "\u2026")


@given(
    text=st.text(max_size=60),
    pattern=st.sampled_from([r"\w+", r"\d", r" *", r"(?=a)", r"[^a-z]+"]),
    said=st.text(max_size=5),
)
def test_the_text_is_what_re_sub_makes_of_it_and_origins_never_run_backwards(
    text: str, pattern: str, said: str
) -> None:
    compiled = re.compile(pattern)
    traced = TracedText.of(text).replaced(compiled, lambda found: said)
    assert traced.text == compiled.sub(lambda found: said, text)
    assert len(traced.starts) == len(traced.ends) == len(traced.text)
    assert list(traced.starts) == sorted(traced.starts)
    assert list(traced.ends) == sorted(traced.ends)
