"""Who is in a call."""

from dataclasses import dataclass
from typing import Any

LONGEST_NAME = 60
"""Characters of a name in a prompt."""


@dataclass(frozen=True, slots=True)
class Person:
    """A participant who is not the replica."""

    session_id: str
    user_name: str = ""

    @property
    def name(self) -> str:
        """The name as prompts carry it: one short line, whatever somebody has called themselves."""
        return " ".join(self.user_name.split())[:LONGEST_NAME]

    def as_json(self) -> dict[str, Any]:
        """Return what events say of them."""
        return {"session_id": self.session_id, "user_name": self.user_name}
