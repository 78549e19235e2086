"""Ids, in the forms that clients know."""

import re
import secrets
from dataclasses import dataclass

IDENTIFIER = re.compile(r"[a-z0-9]{1,64}")
"""What is taken as an id on input."""


@dataclass(frozen=True, slots=True)
class IdentifierForm:
    """The form of one kind of id: a prefix and random hex digits."""

    prefix: str
    digits: int

    def new(self) -> str:
        """Draw an id."""
        return self.prefix + secrets.token_hex((self.digits + 1) // 2)[: self.digits]


CONVERSATION = IdentifierForm("c", 15)
"""60 random bits, for the id is also the credential of an open room."""
PERSONA = IdentifierForm("p", 11)
REPLICA = IdentifierForm("r", 11)
OBJECTIVES = IdentifierForm("o", 11)
GUARDRAILS = IdentifierForm("g", 11)
DOCUMENT = IdentifierForm("d", 11)
VIDEO = IdentifierForm("", 10)
DICTIONARY = IdentifierForm("pd", 14)
UPLOAD = IdentifierForm("u", 31)
"""124 random bits, for the id is a part of the URL under which the file is read."""
RECORDING = IdentifierForm("rec", 13)
KEY = IdentifierForm("k", 11)
"""Names a key in lists; it opens nothing."""
