"""In which language a call is held."""

from models.languages import language_of


class CallLanguage:
    """The language that is spoken in a call, and the others that it may change to.

    It is changed on the event loop and read by the threads that hear and speak.
    """

    def __init__(self, tag: str, others: frozenset[str] = frozenset()) -> None:
        """`tag`: BCP 47 of the language that the call begins in; `others`: ISO 639-1 codes, none for a call in one language."""
        self.tag = tag
        """BCP 47 of the language that is spoken now."""
        self.others = others
        self.turns = 0
        """Turns that were heard."""
        self._first = tag

    @property
    def code(self) -> str:
        """ISO 639-1 code of the language that is spoken now."""
        return self.tag.split("-")[0]

    @property
    def multilingual(self) -> bool:
        """Whether the language may change within the call."""
        return bool(self.others)

    def heard(self, code: str) -> bool:
        """Take the language in which a turn was understood; return whether it is another one than before."""
        self.turns += 1
        if not code or code == self.code or code not in {*self.others, self._first.split("-")[0]}:
            return False
        self.tag = self._first if code == self._first.split("-")[0] else code
        return True


def spoken_languages(language: CallLanguage) -> str:
    """Return what a language model is told about the language of a call; nothing for English, which it takes for granted."""
    if language.multilingual:
        return "Answer in the language in which you were last spoken to."
    known = language_of(language.code)
    return "" if known is None or known.code == "en" else f"Speak {known.name}."
