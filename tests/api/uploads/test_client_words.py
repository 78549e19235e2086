import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.uploads.client_words import media_type, plain_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x", "x"), ("..\\..\\x.txt", "x.txt"), ("/etc/passwd", "passwd"), ("C:\\a\\b.mp4", "b.mp4"), ("..", ""), (".", ""),
        ("a\x00b\r\nc", "abc"), ("a\u202egpj.exe", "agpj.exe"), ("", ""), ("  a b  ", "a b"), (".profile", ".profile"),
        ("x" * 300, "x" * 255),
    ],
)  # fmt: skip
def test_of_a_file_name_the_last_visible_part_is_kept(given: str, kept: str) -> None:
    assert plain_name(given) == kept


@given(name=st.text(max_size=400))
def test_no_file_name_can_be_a_path(name: str) -> None:
    kept = plain_name(name)
    assert not set(kept) & {"/", "\\", "\0", "\r", "\n"}
    assert kept not in {".", ".."}
    assert len(kept) <= 255


@given(given_type=st.text(max_size=40), name=st.text(max_size=40))
def test_a_media_type_is_always_one(given_type: str, name: str) -> None:
    kept = media_type(given_type, name)
    assert kept.isascii()
    assert kept.count("/") == 1
    assert not set(kept) & set(" \r\n\"';,")
