"""Which language a text is written in: by its script, and in one script by the commonest words.

For what no recogniser has heard (typed texts, answers in another language than the question). A few words tell nothing, and
then nothing is said; a language that is not among the candidates is never said.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

_LATIN, _CYRILLIC, _HAN, _KANA = "LATIN", "CYRILLIC", "CJK", "KANA"

_BY_SCRIPT = {
    _KANA: ("ja",),
    "HANGUL": ("ko",),
    "THAI": ("th",),
    "BENGALI": ("bn",),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "GEORGIAN": ("ka",),
    "HEBREW": ("he",),
    "GREEK": ("el",),
    "ARABIC": ("ar",),
    "DEVANAGARI": ("hi", "mr"),
    _HAN: ("zh", "ja"),
    _CYRILLIC: ("ru", "uk", "bg"),
}
"""Languages of each script, the likeliest first; every other language is written in Latin letters."""

_NON_LATIN = frozenset(code for codes in _BY_SCRIPT.values() for code in codes)

_COMMON_WORDS = {
    "en": "the and is are you to of it that what this for with have your can not how do",
    "fr": "le la les un une des et est vous je que qui pour dans pas avec sur ce bien nous très",
    "de": "der die das und ist nicht ich sie ein eine zu mit auf es wir für dass auch wie haben",
    "es": "el los las un una y es que de en por para con no se está muy qué cómo usted",
    "pt": "o os um uma e é que de em por para com não se está muito você como mais são",
    "it": "il lo gli un una e è che di in per con non si sono molto come più questo della",
    "nl": "de het een en is niet ik je dat van met voor op zijn wat ook maar wij hebben goed",
    "pl": "i w na nie to jest się że z do jak co tak dla czy ale po jestem może bardzo",
    "sv": "och att det är en ett som på jag inte för med har till du kan vi så hur av",
    "da": "og at det er en et som på jeg ikke for med har til du kan vi så hvad af",
    "no": "og at det er en et som på jeg ikke for med har til du kan vi så hva av",
    "fi": "ja on ei se että en hän mitä miten minä sinä ovat mutta kun niin olen oli kanssa myös hyvä",
    "tr": "ve bir bu ne için değil var çok mi nasıl ben sen da de ile daha olarak evet hayır iyi",
    "id": "dan yang di ini itu tidak ada untuk dengan apa saya anda bisa dari ke akan sudah juga baik bagaimana",
    "ms": "dan yang di ini itu tidak ada untuk dengan apa saya anda boleh dari ke akan sudah juga baik bagaimana",
    "tl": "ang ng sa na ay mga ako ikaw siya hindi ito po kung ano paano para may kayo opo namin",
    "ro": "și de la în nu este că un o cu pe mai pentru ce cum sunt foarte dar acest bine",
    "cs": "a je v na se že to ne s jak co pro ale jsem jsou tak velmi aby nebo dobře",
    "sk": "a je v na sa že to nie s ako čo pre ale som sú tak veľmi aby alebo dobre",
    "hr": "i je u na se da to ne s kako što za ali sam su tako vrlo ili jako dobro",
    "hu": "a az és egy nem hogy van ez is mi én te meg de vagy nagyon igen volt jó mit",
    "vi": "và là của không có tôi bạn một được cho với này những các đã gì như rất nào ở",
}
_WORDS = {code: frozenset(words.split()) for code, words in _COMMON_WORDS.items()}
_LETTERS_OF = {"uk": frozenset("іїєґ"), "ru": frozenset("ыэё"), "bg": frozenset("ъщ")}
"""Letters that tell the languages of the Cyrillic script apart; the first that occurs counts."""

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_LETTERS = 2
_LEAST_HITS = 2
_LEAD = 2.0
"""Factor by which the commonest words of one language have to outnumber those of the present one."""


def written_language(text: str, present: str, candidates: Collection[str]) -> str:
    """Return the ISO 639-1 code of the language of `text`: one of `candidates`, or `present` where the text does not tell."""
    script = _script_of(text)
    if script is None:
        return present
    if script != _LATIN:
        fitting = [code for code in _BY_SCRIPT.get(script, ()) if code in candidates or code == present]
        return _by_letters(text, fitting, present) if fitting else present
    latin = {code for code in candidates if code not in _NON_LATIN}
    words = set(_WORD.findall(text.lower()))
    hits = {code: len(words & _WORDS.get(code, frozenset())) for code in latin | {present}}
    best = max(hits, key=lambda code: (hits[code], code == present), default=present)
    leads = hits[best] >= _LEAST_HITS and hits[best] >= _LEAD * hits.get(present, 0)
    # A language of another script cannot be what Latin letters say.
    return best if leads or (present in _NON_LATIN and hits[best] >= 1) else present


def _by_letters(text: str, fitting: list[str], present: str) -> str:
    letters = set(text.lower())
    for code in fitting:
        if letters & _LETTERS_OF.get(code, frozenset()):
            return code
    return present if present in fitting else fitting[0]


def _script_of(text: str) -> str | None:
    """Return the script of most letters; any kana make a text Japanese."""
    counts: Counter[str] = Counter()
    for letter in text:
        if letter.isalpha():
            name = unicodedata.name(letter, "").split(" ")[0]
            counts[_KANA if name in {"HIRAGANA", "KATAKANA"} else name] += 1
    if counts[_KANA]:
        return _KANA
    if counts.total() < _LEAST_LETTERS and not counts[_HAN]:
        return None
    return counts.most_common(1)[0][0]
