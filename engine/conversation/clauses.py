"""Cutting a stream of text into clauses that can be spoken: the first one early, every one at a place where a speaker would breathe."""

import re

_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"')\]]*(?=\s)|\n+")
_CLAUSE_END = re.compile(r"[,;:—–][\"')\]]*(?=\s)")
_MARKS = re.compile(r"(?:\s*</?emotion\b[^<>]*>)+\s*", re.IGNORECASE)
_NEXT_MARK = re.compile(r"\s*</?emotion\b", re.IGNORECASE)
"""Marks of emotion (see `engine.layers.tts.emotions`): a clause has them at its beginning only."""
_ABBREVIATION = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|No|Jr|Sr)\.|\b[A-Z]\.|\b\d+\.)$")

FIRST_CLAUSE = 12
"""Characters that the first clause has at least, when it is cut at a comma."""
LATER_CLAUSE = 40
"""Characters that later clauses have at least, when they are cut at a comma: longer ones have better melody."""
LONGEST = 160
"""Characters after which a clause without punctuation is cut at a space."""


class ClauseSplitter:
    """Takes pieces of text as a model writes them, gives clauses that end with their own punctuation."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def feed(self, piece: str) -> list[str]:
        """Add text; return the clauses that are complete (the last words always wait for what follows)."""
        self._text += piece
        clauses = []
        while (end := self._cut()) is not None:
            clause, self._text = self._text[:end].strip(), self._text[end:].lstrip()
            if _pronounceable(clause):
                clauses.append(clause)
                self._first = False
        return clauses

    def flush(self) -> list[str]:
        """Return what is left once the text has ended."""
        clause, self._text = self._text.strip(), ""
        return [clause] if _pronounceable(clause) else []

    def _cut(self) -> int | None:
        # What lies beyond the longest clause does not matter yet, and a text that comes whole may be long.
        text = self._text[: LONGEST + 1]
        marks = _MARKS.match(text)
        words = marks.end() if marks else 0
        mark = _NEXT_MARK.search(text, words)
        if mark is not None and _pronounceable(text[words : mark.start()]):
            return self._place(text[: mark.start()] + " ", words) or mark.start()
        return self._place(text, words)

    def _place(self, text: str, words: int) -> int | None:
        """Return where to cut a text whose first word begins at `words`."""
        for match in _SENTENCE_END.finditer(text):
            if not _ABBREVIATION.search(text[: match.end()]) and text[: match.start()].strip():
                return self._comma(text, match.end(), words) or match.end()
        if (comma := self._comma(text, len(text), words)) is not None:
            return comma
        if len(text) > LONGEST:
            space = text.rfind(" ", 0, LONGEST)
            return space if space > 0 else LONGEST
        return None

    def _comma(self, text: str, before: int, words: int) -> int | None:
        least = words + (FIRST_CLAUSE if self._first else LATER_CLAUSE)
        for match in _CLAUSE_END.finditer(text, 0, before):
            rest = before - match.end()
            # A sentence that is short as a whole is spoken as a whole, unless it is the first sound of the answer.
            if match.end() >= least and (self._first or rest >= LATER_CLAUSE):
                return match.end()
        return None


def _pronounceable(clause: str) -> bool:
    return any(character.isalnum() for character in clause)
