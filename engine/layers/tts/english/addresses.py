"""E-mail and web addresses, files, handles and hashtags."""

import re
from typing import Final

from engine.layers.tts.english.rules import alternatives, rules
from engine.layers.tts.spoken_numbers import cardinal, one_by_one
from engine.layers.tts.traced_text import Rule

_SIGNS: Final = {
    "@": " at ", ".": " dot ", "/": " slash ", "-": " dash ", "_": " underscore ", "+": " plus ", ":": " colon ", "~": " tilde ",
}  # fmt: skip
_ENDINGS: Final = {
    "csv": "C.S.V", "css": "C.S.S", "doc": "doc", "docx": "doc X", "exe": "E.X.E", "gif": "gif", "html": "H.T.M.L", "ini": "I.N.I",
    "ipynb": "I.P.Y.N.B", "jpeg": "jay peg", "jpg": "J.P.G", "js": "J.S", "json": "jason", "log": "log", "md": "M.D", "mkv": "M.K.V",
    "mov": "mov", "mp3": "M.P three", "mp4": "M.P four", "pdf": "P.D.F", "php": "P.H.P", "png": "P.N.G", "ppt": "P.P.T",
    "pptx": "P.P.T X", "py": "P.Y", "sh": "S.H", "sql": "S.Q.L", "svg": "S.V.G", "toml": "toml", "ts": "T.S", "txt": "T.X.T",
    "wav": "wave", "xls": "X.L.S", "xlsx": "X.L.S X", "xml": "X.M.L", "yaml": "yaml", "yml": "Y.M.L", "zip": "zip",
}  # fmt: skip
_TOP_LEVEL: Final = {
    "ai": "A.I", "app": "app", "biz": "biz", "co.uk": "co dot U.K", "com": "com", "de": "D.E", "dev": "dev", "edu": "E.D.U", "eu": "E.U",
    "fr": "F.R", "gov": "gov", "info": "info", "io": "I.O", "net": "net", "org": "org", "tv": "T.V", "uk": "U.K", "us": "U.S",
}  # fmt: skip
# Endings that are also words of a sentence whose space is missing ("yes.us") need a scheme, www or @ before them.
_SURE: Final = alternatives(set(_TOP_LEVEL) - {"de", "eu", "fr", "us", "uk", "tv", "biz", "info"})
_SPOKEN_ENDING: Final = re.compile(rf"\.({alternatives(_TOP_LEVEL)})(?=[/:]|$)")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")


def _address(found: re.Match[str]) -> str:
    text = re.sub(r"^(?:https?://|mailto:)?(?:www\.)?|[?#].*$|/+$", "", found[0])
    text = _SPOKEN_ENDING.sub(lambda ending: f" dot {_protected(_TOP_LEVEL[ending[1]])}", text, count=1)
    return _spelled(text)


def _protected(words: str) -> str:
    return words.replace(".", "\0")


def _spelled(text: str) -> str:
    text = "".join(_SIGNS.get(character, character) for character in text)
    return re.sub(r" {2,}", " ", text).strip().replace("\0", ".")


def _file(found: re.Match[str]) -> str:
    ending = found["ending"]
    stem = re.sub(r"-", " ", found["stem"])
    return f"{_spelled(stem)} dot {_ENDINGS[ending.lower()]}"


def _lone_ending(found: re.Match[str]) -> str:
    return f"dot {_ENDINGS[found[1]]}"


def _hashtag(found: re.Match[str]) -> str:
    return "hashtag " + _CAMEL.sub(" ", found[1].replace("_", " "))


def _ip_address(found: re.Match[str]) -> str:
    return " dot ".join(one_by_one(part) for part in found[0].split("."))


def _local(found: re.Match[str]) -> str:
    return f"localhost port {cardinal(found[1])}"


RULES: Final[tuple[Rule, ...]] = rules(
    (r"(?<![\w.+-])(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b", _address),
    (r"\b(?:https?://)?localhost:(\d{1,5})\b", _local),
    (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)", _ip_address),
    (r"\bhttps?://[^\s<>\"']{1,500}[\w/]|\bwww\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b(?:/[\w./-]{0,200}\w)?", _address),
    (rf"(?<![\w.-])(?:[A-Za-z\d-]{{2,63}}\.){{1,4}}(?:{_SURE})\b(?![.-]?\w)(?:/[\w./-]{{0,200}}\w)?", _address),
    (rf"(?<![\w.])(?P<stem>\w[\w-]{{0,99}})\.(?P<ending>(?i:{alternatives(_ENDINGS)}))\b(?!\.?\w)", _file),
    (rf"(?<![\w.])\.({alternatives(_ENDINGS)})\b(?= (?:file|format|extension))", _lone_ending),
    (r"(?<!\w)@([A-Za-z]\w{0,50})", lambda found: "at " + _spelled(found[1])),
    (r"(?<!\w)#([A-Za-z]\w{1,100})", _hashtag),
)  # fmt: skip
