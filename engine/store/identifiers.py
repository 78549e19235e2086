"""New ids, in the shapes that clients know."""

import re
import secrets

IDENTIFIER = re.compile(r"[a-z0-9]{1,64}")
"""What is taken as an id on input."""


def new_conversation_id() -> str:
    """Return `c` and 15 hex digits: 60 random bits, for the id is also the credential of an open room."""
    return "c" + secrets.token_hex(8)[1:]


def new_persona_id() -> str:
    """Return `p` and 11 hex digits."""
    return "p" + secrets.token_hex(6)[1:]


def new_replica_id() -> str:
    """Return `r` and 11 hex digits."""
    return "r" + secrets.token_hex(6)[1:]


def new_key_id() -> str:
    """Return `k` and 11 hex digits; names a key in lists, it opens nothing."""
    return "k" + secrets.token_hex(6)[1:]
