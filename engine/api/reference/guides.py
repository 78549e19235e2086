"""The guides: Markdown with the figures and tables of this installation filled in."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from engine.api.contract.hosted_models import HOSTED_PARTS
from engine.api.contract.model import DEEPEST
from engine.api.contract.names import ALIASES, OLDER_BY_NEWER
from engine.api.contract.patching import MOST_OPERATIONS
from engine.api.conversations.bodies import LONGEST_CALL_S
from engine.api.guards.bodies import LARGEST_BODY
from engine.api.reference.markdown import to_html
from engine.api.reference.refusals import MEANINGS
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.turn_rules import rules_of
from engine.layers.flow.waiting import WaitingModel
from engine.settings import Settings
from engine.store.stock import DEFAULT_PERSONA_ID
from models.shipped import shipped

LEVELS = ("high", "medium", "low", "verylow")
"""Of `replica_interruptibility`, the quickest to stop first."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide."""

    anchor: str
    title: str
    markdown: str
    html: Markup
    """Its headings are one level below those of the Markdown."""


def load_guides(base_url: str, settings: Settings) -> list[Guide]:
    """Read the guides in the order of their file names."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 - Markdown, escaped later
    values = _values(base_url, settings)
    folder = files("engine.api.reference") / "guides"
    sources = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    return [
        _guide(entry.name, environment.from_string(entry.read_text("utf-8")).render(values).strip())
        for entry in sources
    ]


def _guide(file_name: str, markdown: str) -> Guide:
    title = markdown.partition("\n")[0].removeprefix("# ")
    anchor = "guide-" + file_name.removesuffix(".md").partition("-")[2]
    return Guide(anchor, title, markdown, Markup(to_html(markdown, lowered=1)))  # noqa: S704 - to_html escapes


def _values(base_url: str, settings: Settings) -> dict[str, Any]:
    return {
        "base_url": base_url.rstrip("/"),
        "persona_id": DEFAULT_PERSONA_ID,
        "meanings": MEANINGS,
        "newer_paths": {older: newer for newer, older in ALIASES},
        "newer_fields": OLDER_BY_NEWER,
        "hosted_parts": HOSTED_PARTS,
        "largest_upload_mb": settings.largest_upload_mb,
        "largest_body": LARGEST_BODY,
        "deepest": DEEPEST,
        "most_operations": MOST_OPERATIONS,
        "longest_call_s": LONGEST_CALL_S,
        "conversations": settings.conversation_limit,
        "interruptibilities": [
            (level, rules_of(FlowSettings(replica_interruptibility=level), 0.0)) for level in LEVELS
        ],
        "waits": WaitingModel.load(shipped("turn_end", "waiting.json")).waits,
    }
