"""A transcript as text, SubRip and WebVTT: whatever was said, players can read it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.conversations.subtitles import cues_of
from engine.subtitles import as_srt, as_text, as_vtt

TRANSCRIPT: list[dict[str, Any]] = [
    {"role": "system", "content": "You are Ada."},
    {"role": "user", "content": "Is 1 < 2 & 3 > 2?", "seconds_from_start": 3.25, "duration": 2.5},
    {"role": "assistant", "content": "Yes.\n\nIt --> is.", "seconds_from_start": 3661.5, "duration": 0.2},
]
TIME = r"(\d\d):(\d\d):(\d\d)[.,](\d\d\d)"


def test_text_is_one_line_a_turn() -> None:
    assert as_text(cues_of(TRANSCRIPT, replica_name="Ada")) == (
        "[00:00:03] User: Is 1 < 2 & 3 > 2?\n[01:01:01] Ada: Yes. It --> is.\n"
    )


def test_srt() -> None:
    assert as_srt(cues_of(TRANSCRIPT, replica_name="Ada")) == (
        "1\n00:00:03,250 --> 00:00:05,750\nUser: Is 1 < 2 & 3 > 2?\n\n"
        "2\n01:01:01,500 --> 01:01:02,500\nAda: Yes. It -> is.\n\n"
    )


def test_vtt_escapes_what_would_be_markup() -> None:
    assert as_vtt(cues_of(TRANSCRIPT, replica_name="A<b>")) == (
        "WEBVTT\n\n"
        "1\n00:00:03.250 --> 00:00:05.750\n<v User>Is 1 &lt; 2 &amp; 3 &gt; 2?\n\n"
        "2\n01:01:01.500 --> 01:01:02.500\n<v A&lt;b&gt;>Yes. It --&gt; is.\n\n"
    )


def test_turns_without_times_follow_each_other() -> None:
    cues = cues_of([{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}], replica_name="")
    assert [(cue.start, cue.end, cue.speaker) for cue in cues] == [(0.0, 1.0, "User"), (1.0, 2.0, "Replica")]


@pytest.mark.parametrize("transcript", [[], [{"role": "system", "content": "x"}], [{"role": "user", "content": " \n"}]])
def test_where_nothing_was_said_there_is_nothing_to_show(transcript: list[dict[str, Any]]) -> None:
    cues = cues_of(transcript, replica_name="Ada")
    assert (as_text(cues), as_srt(cues), as_vtt(cues)) == ("", "", "WEBVTT\n\n")


LINES = st.text(alphabet=st.characters(codec=None)) | st.sampled_from(
    ["-->", "a\n\n1\n00:00:00,000 --> 00:00:01,000\nb", "<c>", "&amp;", "\u2028", "----->>", "WEBVTT", "\0", "\ud800"]
)
ENTRIES = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool"]), "content": LINES | st.none()},
    optional={
        "seconds_from_start": st.floats() | st.integers() | st.none() | st.text(max_size=3),
        "duration": st.floats() | st.none() | st.booleans(),
    },
)


def _cues(file: str, mark: str) -> list[tuple[int, int, str]]:
    """Read cues as strictly as a player may: number, times, one line of text, one empty line."""
    lines = file.encode().decode().splitlines()
    assert len(lines) % 4 == 0
    cues = []
    for number, at in enumerate(range(0, len(lines), 4), 1):
        assert lines[at] == str(number)
        times = re.fullmatch(
            TIME.replace("[.,]", re.escape(mark)) + " --> " + TIME.replace("[.,]", re.escape(mark)), lines[at + 1]
        )
        assert times, lines[at + 1]
        start, end = (
            ((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms)
            for h, m, s, ms in (times.groups()[:4], times.groups()[4:])
        )
        assert lines[at + 2].strip()
        assert "-->" not in lines[at + 2]
        assert lines[at + 3] == ""
        cues.append((start, end, lines[at + 2]))
    return cues


@given(transcript=st.lists(ENTRIES, max_size=8), name=LINES)
def test_any_transcript_makes_files_that_can_be_read(transcript: list[dict[str, Any]], name: str) -> None:
    made = cues_of(transcript, replica_name=name)
    srt = _cues(as_srt(made), ",")
    header, vtt = as_vtt(made)[:8], _cues(as_vtt(made)[8:], ".")
    assert header == "WEBVTT\n\n"
    assert [cue[:2] for cue in srt] == [cue[:2] for cue in vtt]
    assert [start for start, _, _ in srt] == sorted(start for start, _, _ in srt)
    assert all(start < end for start, end, _ in srt)
    assert all(re.fullmatch(r"<v [^<>\n]+>[^<>\n]+", text) for _, _, text in vtt)
    assert len(as_text(made).splitlines()) == len(srt)
