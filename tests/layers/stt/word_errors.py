"""Word error rate."""

import re

from num2words import num2words


def word_error_rate(said: str, understood: str) -> float:
    """Return the share of wrong words; case, punctuation and digits against number words do not count."""
    reference, found = _words(said), _words(understood)
    row = list(range(len(found) + 1))
    for number, word in enumerate(reference, start=1):
        diagonal, row[0] = row[0], number
        for index, other in enumerate(found, start=1):
            diagonal, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, diagonal + (word != other))
    return row[-1] / max(len(reference), 1)


def _words(text: str) -> list[str]:
    spelled = re.sub(r"\d+", lambda match: str(num2words(int(match[0]))), text.replace(",", ""))
    return re.findall(r"[a-z']+", spelled.lower().replace("-", " "))
