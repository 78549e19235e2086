"""Every documented field, what kind of thing it belongs to, and the reasons of those that have no case."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.contract.documents import JsonBlock, json_blocks, public_file, schema_paths, unmarked_blocks, value_paths


class Kind(StrEnum):
    """What a JSON block of the documents is."""

    PERSONA = "body of a persona"
    CONVERSATION = "body of a conversation"
    CONVERSATION_ANSWER = "a conversation as answered"
    DOCUMENT = "body of a document"
    RECRAWL = "body of a recrawl"
    GUARDRAILS = "body of guardrails"
    CONDITIONS = "conditions of an objective"
    VIDEO_ANSWER = "a video as answered or called back"
    REPLICA_CALLBACK = "a replica as called back"
    CALLBACK = "a conversation's callback"
    PATCH = "a JSON patch"


LAYERS = ("perception", "stt", "conversational_flow", "llm", "tts", "transport")

LAYER_OF_HEADING = {
    "Conversational Flow": "conversational_flow",
    "Speech-to-Text (STT)": "stt",
    "Text-to-Speech (TTS)": "tts",
    "Large Language Model (LLM)": "llm",
    "Perception": "perception",
}
"""Where a fragment of a page about one layer belongs."""

NOT_OURS = {
    "Version": "a policy for the user's own cloud storage",
    "tsx": "the settings file of a command line tool for React projects",
    "role": "what a language model of the user's own receives, which a later version calls",
}
"""First key of a block -> why it is no field of the contract."""

LATER = {
    "/v2/lipsync": "named by the public file alone, in no document",
    "/v2/replacements": "named by the public file alone, in no document",
    "/v2/transcriptions": "named by the public file alone, in no document",
}
"""Beginning of a path of the public file -> why it is not served."""


FIRST_AT_TOP = "`data` is a list, as the documents' patch paths say; the fields of the first one stand at the top level"
EXPLAINED = {
    r"meeting_token": "only a private room has one",
    r".*_tools\[\]\.(name|description)": "the description's own example has them inside `function`, and so have all clients",
    r"data\.(guardrail|objective|modality|confirmation|output|next|callback|created|updated)\w*": FIRST_AT_TOP,
}
"""Paths (regular expressions) of the public description that an answer does not have -> why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One documented field."""

    heading: str
    path: str
    case: str
    """What checks it; empty when `reason` says why nothing does."""
    reason: str = ""


def kind_of(block: JsonBlock) -> Kind | str:
    """Return what a block is, or the reason why it is no matter of the contract."""
    value = block.value
    if value is None:
        return "a sentence, no JSON"
    if isinstance(value, list):
        return Kind.PATCH
    names = set(value)
    first = next(iter(value), "")
    if first in NOT_OURS:
        return NOT_OURS[first]
    for wanted, kind in (
        ({"event_type"}, Kind.CALLBACK),
        ({"conversation_id"}, Kind.CONVERSATION_ANSWER),
        ({"video_id"}, Kind.VIDEO_ANSWER),
        ({"guardrails_id", "data"}, Kind.GUARDRAILS),
        ({"replica_id", "status"}, Kind.REPLICA_CALLBACK),
        ({"document_url"}, Kind.DOCUMENT),
        ({"webhook_url"}, Kind.CALLBACK),
    ):
        if wanted <= names:
            return kind
    if names == {"crawl"}:
        return Kind.RECRAWL
    if names & {"memory_stores", "document_ids", "document_tags", "audio_only"}:
        return Kind.CONVERSATION
    if block.heading == "Objectives":
        return Kind.CONDITIONS
    if (
        names & {"system_prompt", "persona_name", "layers", "pipeline_mode", *LAYERS}
        or block.heading in LAYER_OF_HEADING
    ):
        return Kind.PERSONA
    return "unknown: give it a kind"


def persona_body(block: JsonBlock) -> dict[str, Any]:
    """Complete a fragment to the body of a persona."""
    value: dict[str, Any] = copy.deepcopy(block.value)
    if value.keys() & set(LAYERS):
        value = {"layers": value}
    elif not value.keys() & {"system_prompt", "persona_name", "layers", "pipeline_mode"}:
        value = {"layers": {LAYER_OF_HEADING[block.heading]: value}}
    chat = value.get("layers", {}).get("llm", {})
    if not chat.get("model", "tavus-").startswith("tavus-"):
        chat.setdefault("base_url", "https://example.com/v1")  # the page shows it in a fragment of its own
    return {"system_prompt": "You are somebody.", **value}


def documented_fields() -> Iterator[Field]:
    """Yield every field of every JSON block, of every operation and of every message of the public file, once a heading."""
    seen: set[tuple[str, str]] = set()
    for block in (*json_blocks(), *unmarked_blocks()):
        kind = kind_of(block)
        for path in value_paths(block.value):
            if (block.heading, path) in seen:
                continue
            seen.add((block.heading, path))
            if isinstance(kind, Kind):
                yield Field(block.heading, path, kind.value)
            else:
                yield Field(block.heading, path, "", kind)
    for template, operations in public_file().get("paths", {}).items():
        later = next((reason for start, reason in LATER.items() if template.startswith(start)), "")
        for method, operation in operations.items():
            if method not in {"get", "post", "put", "patch", "delete"}:
                continue
            heading = f"{method.upper()} {template}"
            for path in dict.fromkeys(operation_fields(operation)):
                reason = later or explained(path.partition(" ")[2])
                yield Field(heading, path, "" if reason else "the operation itself", reason)
    for name, schema in public_file().get("components", {}).get("schemas", {}).items():
        for path in dict.fromkeys(schema_paths(schema)):
            case, reason = message_case(name, path)
            yield Field(f"message {name}", path, case, reason)


def explained(path: str) -> str:
    """Return why no answer has a path of the public description; empty when it must."""
    return next((reason for known, reason in EXPLAINED.items() if re.fullmatch(known, path)), "")


def operation_fields(operation: dict[str, Any]) -> Iterator[str]:
    """Yield the parameters, the fields of the body and those of the answers of an operation."""
    for parameter in operation.get("parameters", []):
        yield f"?{parameter['name']}"
    for content in (operation.get("requestBody") or {}).get("content", {}).values():
        yield from (f"> {path}" for path in schema_paths(content.get("schema", {})))
    for status, answer in operation.get("responses", {}).items():
        for content in (answer.get("content") or {}).values():
            yield from (f"{status} {path}" for path in schema_paths(content.get("schema", {})))


SENT_MESSAGES = {
    "utterance": "conversation.utterance",
    "conversation_utterance_streaming": "conversation.utterance.streaming",
    "user": "conversation.user.stopped_speaking",
    "replica": "conversation.replica.stopped_speaking",
    "tool_call": "conversation.tool_call",
    "perception_tool_call": "conversation.perception_tool_call",
    "perception_analysis": "conversation.perception_analysis",
}
"""Messages of the public file that rooms send, or will once their producer is built."""
TAKEN_MESSAGES = (
    "echo",
    "respond",
    "interrupt",
    "sensitivity",
    "append_llm_context",
    "overwrite_llm_context",
)
"""Messages of the public file that rooms take."""
OTHER_MESSAGES = {
    "speaking": "newer names for user.*_speaking and replica.*_speaking, which rooms send",
    "realtime_api": "the public file says itself that it is no longer supported",
}
"""Messages of the public file that rooms do not know -> why."""


def message_case(name: str, path: str) -> tuple[str, str]:
    """Return what checks a field of a message, and else the reason why nothing does."""
    if name == "recording_storage_config":
        return "body of a conversation", ""
    if name in OTHER_MESSAGES:
        return "", OTHER_MESSAGES[name]
    return ("the event itself", "") if name in SENT_MESSAGES else ("the interaction itself", "")
