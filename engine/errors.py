"""Errors that reach a person: each says what failed, why, and what is accepted or to be done."""


class VisavisError(Exception):
    """The root of every error that the appliance raises on purpose; `str(error)` is fit to be shown."""


class InvalidInputError(VisavisError):
    """A value from outside is not acceptable.

    The message names the field, the value and what is accepted.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        shown = repr(value)
        if len(shown) > 120:
            shown = shown[:117] + "..."
        super().__init__(f"{field}: {shown} is not accepted; {accepted}")
        self.field = field


class CapacityError(VisavisError):
    """The machine cannot carry one more of what was asked for.

    `retry_after` is in seconds.
    """

    def __init__(self, message: str, retry_after: int = 10) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnavailableError(VisavisError):
    """A model that is needed is not in the store, or does not load."""


class SignallingError(VisavisError):
    """An SDP offer cannot be answered."""
