"""What a reader of the documents puts in the place of `<replica_id>`, `{persona_id}`, "your_webhook_url"."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.contract.conftest import Api

TOOL = {"type": "function", "function": {"name": "look", "description": "Look.", "parameters": {"type": "object"}}}

RICH_PERSONA: dict[str, Any] = {
    "persona_name": "Somebody",
    "system_prompt": "You are somebody.",
    "context": "Somewhere.",
    "default_replica_id": "rfe12d8b9597",
    "layers": {
        "llm": {"model": "tavus-gpt-oss", "tools": [TOOL]},
        "tts": {"tts_engine": "elevenlabs"},
        "stt": {"hotwords": "Roey"},
        "perception": {"perception_model": "raven-0", "perception_tool_prompt": "Look.", "perception_tools": [TOOL]},
    },
}
"""Has everything that the examples replace or remove."""

OBJECTIVES: dict[str, Any] = {
    "data": [{"objective_name": "greet", "objective_prompt": "Greet.", "callback_url": "https://example.com/o"}]
}
GUARDRAILS: dict[str, Any] = {"data": [{"guardrails_name": "kind", "guardrails_prompt": "Be kind."}]}

A_URL = "https://example.com/somewhere.mp4"


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills placeholders with resources that were made for one example."""

    persona_id: str
    document_id: str
    video_id: str
    replica_id: str = "rfe12d8b9597"

    def text(self, text: str) -> str:
        """Fill one text."""
        lower = text.lower()
        if not re.search(r"[<{].*[>}]|^your[-_]|document id|://your|^d\d{9}|^webhook-url", lower):
            return text
        for word, value in (
            ("persona", self.persona_id),
            ("replica_id", self.replica_id),
            ("replica id", self.replica_id),
            ("document id", self.document_id),
            ("video_id", self.video_id),
        ):
            if word in lower and "name" not in lower:
                return re.sub(r"<[^>]*>|\{[^}]*\}|your_\w+|document id", value, text, flags=re.IGNORECASE)
        if re.match(r"d\d{9}", lower):
            return self.document_id
        if any(word in lower for word in ("url", "link", "webhook")):
            return A_URL
        return text

    def value(self, value: Any) -> Any:
        """Fill every text in a value."""
        if isinstance(value, dict):
            return {name: self.value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else value


async def filler(api: Api) -> Filler:
    """Make the resources."""
    persona = (await api.client.post("/v2/personas", json=RICH_PERSONA)).json()
    document = (await api.client.post("/v2/documents", json={"document_url": "https://example.com/a.pdf"})).json()
    video = (await api.client.post("/v2/videos", json={"replica_id": "rfe12d8b9597", "script": "Hello."})).json()
    return Filler(persona["persona_id"], document["document_id"], video["video_id"])


def filled_body(text: str, fill: Filler) -> Any:
    """Parse a JSON body and fill it."""
    return fill.value(json.loads(text, strict=False))
