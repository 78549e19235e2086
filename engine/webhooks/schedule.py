"""When a failed try is repeated."""

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_WAIT_S = 86_400.0
"""However long a receiver asks for patience."""


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """2 s, 4 s, 8 s... up to an hour between tries, 34 tries, 23 hours in all and the time that the tries themselves take."""

    first_s: float = 2.0
    longest_s: float = 3600.0
    attempts: int = 34

    def wait_after(self, attempts: int, asked_s: float = 0.0) -> float | None:
        """Return the seconds to wait after this many failed tries; None when it was the last.

        `asked_s` is what the receiver asked for: it is never tried sooner than that, within a day.
        """
        if attempts >= self.attempts:
            return None
        usual = min(self.longest_s, self.first_s * 2.0 ** min(attempts - 1, 30))
        return float(max(usual, min(asked_s, LONGEST_WAIT_S)))


def retry_after(header: str, now: float) -> float:
    """Return the seconds that a Retry-After header asks for, as a number or a date; 0 when it says nothing that can be read.

    `now`: seconds since the epoch.
    """
    text = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        # A date without a zone is UTC, as all dates of HTTP are.
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return 0.0
