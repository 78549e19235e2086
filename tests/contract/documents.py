"""The documents of the contract, taken apart: headings, JSON blocks, curl examples, and the public description of the API."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SHARED = Path(os.environ.get("VISAVIS_SHARED", Path(__file__).parents[2].parent / "shared"))

_BLOCK = re.compile(r"^# (?P<heading>[^\n]+)$|^ *```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL)

TYPING_ERRORS: tuple[tuple[str, str], ...] = (
    (r'"audio_only" true', '"audio_only": true'),
    (r",(\s*[}\]])", r"\1"),
    (r"(?<=\s)//[^\n\"]*$", ""),
    (r"'x-api-key: '<API K[Ee][Yy]>'", "'x-api-key: <api-key>'"),
    (r"\{\.\.\.\}", "{}"),
)
"""Obvious, and put right: a missing colon, commas before a closing bracket, a comment, a quotation mark too many, dots."""


@dataclass(frozen=True, slots=True)
class JsonBlock:
    """One JSON block of a document."""

    heading: str
    line: int
    value: Any
    """Parsed; None for a text that is no JSON after all."""


@dataclass(frozen=True, slots=True)
class CurlExample:
    """One curl example of a document."""

    heading: str
    line: int
    text: str


def seeds() -> list[Path]:
    """Return the documents, none in a checkout without them."""
    return sorted((SHARED / "seeds").glob("*.txt"))


@cache
def json_blocks() -> tuple[JsonBlock, ...]:
    """Return every JSON block of every document, in order."""
    return tuple(
        JsonBlock(heading, line, _parsed(text))
        for path in seeds()
        for heading, line, kind, text in _blocks(path.read_text("utf-8"))
        if kind == "json"
    )


@cache
def unmarked_blocks() -> tuple[JsonBlock, ...]:
    """Return the JSON objects that stand in the text of a document without a fence (the persona guide)."""
    found: list[JsonBlock] = []
    for path in seeds():
        text = path.read_text("utf-8")
        if "```" in text or "curl -X" not in text:
            continue
        position = 0
        while (start := re.compile(r"^\{", re.MULTILINE).search(text, position)) is not None:
            try:
                value, position = json.JSONDecoder(strict=False).raw_decode(text, start.start())
                found.append(JsonBlock("Persona guide", text.count("\n", 0, start.start()) + 1, value))
            except ValueError:
                position = start.end()
    return tuple(found)


@cache
def curl_examples() -> tuple[CurlExample, ...]:
    """Return every curl example of every document."""
    found: list[CurlExample] = []
    for path in seeds():
        lines, number, heading = path.read_text("utf-8").splitlines(), 0, "Persona guide"
        while number < len(lines):
            if lines[number].startswith("# ") and "curl" not in lines[number + 1]:
                heading = lines[number][2:].strip()
            if not re.match(r"\s*curl\b", lines[number]):
                number += 1
                continue
            first, text, in_body = number, "", False
            while True:
                line = lines[number]
                text, number = text + line + "\n", number + 1
                # A body ends with its closing quote: one inside a sentence (`the user's`) ends nothing.
                opened = re.search(r"(-d|--data(-raw)?) '", line) is not None
                in_body = (in_body or opened) and not re.search(r"[}\]] *'\s*$", line)
                if not in_body and not line.rstrip().endswith("\\"):
                    break
            found.append(CurlExample(heading, first + 1, _without_typing_errors(text)))
    return tuple(found)


@cache
def public_file() -> dict[str, Any]:
    """Return the public description of the API, with every reference resolved; empty in a checkout without it."""
    path = SHARED / "contract" / "openapi-public.yml"
    if not path.is_file():
        return {}
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    resolved: dict[str, Any] = _resolve(document, document)
    return resolved


def schema_paths(schema: Any, path: str = "") -> Iterator[str]:
    """Yield the key paths of a schema: `layers.llm.model`, `data[].status`."""
    if not isinstance(schema, dict):
        return
    for choice in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(choice, []):
            yield from schema_paths(part, path)
    for name, inner in (schema.get("properties") or {}).items():
        below = f"{path}.{name}" if path else name
        yield below
        yield from schema_paths(inner, below)
    if "items" in schema:
        yield from schema_paths(schema["items"], f"{path}[]")


def value_paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the key paths of a value, in the form of `schema_paths`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            below = f"{path}.{name}" if path else name
            yield below
            yield from value_paths(inner, below)
    elif isinstance(value, list):
        for inner in value:
            yield from value_paths(inner, f"{path}[]")


def _blocks(text: str) -> Iterator[tuple[str, int, str, str]]:
    heading = ""
    for match in _BLOCK.finditer(text):
        if match["heading"]:
            heading = match["heading"]
        else:
            yield heading, text.count("\n", 0, match.start()) + 1, match["kind"], match["text"]


def _parsed(text: str) -> Any:
    mended = _without_typing_errors(text.strip())
    for candidate in (mended, "{" + mended + "}"):
        try:
            return json.loads(candidate, strict=False)
        except ValueError:
            continue
    return None


def _without_typing_errors(text: str) -> str:
    for wrong, right in TYPING_ERRORS:
        text = re.sub(wrong, right, text, flags=re.MULTILINE)
    return text


def _resolve(part: Any, document: dict[str, Any]) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            target: Any = document
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            return _resolve(target, document)
        return {name: _resolve(inner, document) for name, inner in part.items()}
    if isinstance(part, list):
        return [_resolve(inner, document) for inner in part]
    return part
