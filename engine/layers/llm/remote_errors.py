"""What goes wrong with a language model that runs elsewhere."""

from enum import StrEnum

from engine.errors import VisavisError


class RemoteFailure(StrEnum):
    """Why an answer did not come, or not whole."""

    UNREACHABLE = "unreachable"
    """Nobody answers there, or the network policy does not let the request out."""
    REFUSED = "refused"
    """The server does not take the key or the request: asking again changes nothing."""
    OVERLOADED = "overloaded"
    """The server is there and does not manage: 429 or 5xx."""
    GARBAGE = "garbage"
    """What came is no answer in the format of OpenAI's chat completions."""
    TIMED_OUT = "timed_out"
    """Nothing of an answer came in time."""
    BROKEN_OFF = "broken_off"
    """The answer began and does not end."""


class RemoteModelError(VisavisError):
    """A language model on a server did not answer. Its text holds neither a key nor the value of a header or parameter."""

    def __init__(self, failure: RemoteFailure, server: str, reason: str, *, retry_after_s: float | None = None) -> None:
        """`server`: host and port; `retry_after_s`: seconds after which another try is worth it, None: it is not."""
        super().__init__(f"the language model at {server} {reason}")
        self.failure = failure
        self.retry_after_s = retry_after_s
