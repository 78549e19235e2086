"""Kinds of values in a persona: each is checked, kept as it was given, and refused with what is accepted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import GroupedMetadata
from pydantic import BeforeValidator, Field, WithJsonSchema

LONGEST_NAME = 1000
LONGEST_TOOL_NAME = 64
MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class OneOf(GroupedMetadata):
    """A text that is one of these words, in any case."""

    accepted: tuple[str, ...]

    def __iter__(self) -> Iterator[object]:
        """Yield what pydantic reads."""
        yield BeforeValidator(self._check)
        yield WithJsonSchema({"type": "string", "enum": list(self.accepted)})

    def _check(self, value: object) -> object:
        if not isinstance(value, str) or value.strip().lower() not in self.accepted:
            raise ValueError(f"one of {', '.join(self.accepted)} is")
        return value


@dataclass(frozen=True, slots=True)
class Between(GroupedMetadata):
    """A number in a range, its ends included."""

    lowest: float
    highest: float

    def __iter__(self) -> Iterator[object]:
        """Yield what pydantic reads."""
        yield BeforeValidator(self._check)
        yield WithJsonSchema({"type": "number", "minimum": self.lowest, "maximum": self.highest})

    def _check(self, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.lowest <= value <= self.highest:
            raise ValueError(f"a number from {self.lowest} to {self.highest} is")
        return value


def _check_truth(value: object) -> object:
    if not isinstance(value, bool) and str(value).strip().lower() not in {"true", "false"}:
        raise ValueError("true or false is")
    return value


def _check_emotion(value: object) -> object:
    tags = [value] if isinstance(value, str) else value
    if not isinstance(tags, list) or len(tags) > MOST_ENTRIES or not all(_is_emotion(tag) for tag in tags):
        levels = ", ".join(EMOTION_LEVELS)
        raise ValueError(f"a list of emotions such as curiosity or positivity:high (levels: {levels}) is")
    return value


def _is_emotion(tag: object) -> bool:
    if not isinstance(tag, str) or not tag.strip() or len(tag) > LONGEST_NAME:
        return False
    _, colon, level = tag.strip().partition(":")
    return not colon or level.strip().lower() in EMOTION_LEVELS


def _check_speed(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a number, or slow, normal or fast, is")
    return value


def _check_plain(value: object) -> object:
    if not isinstance(value, str | int | float):
        raise ValueError("a text, a number, true or false is")
    return value


def _check_tool(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("an object is")
    if value.get("type", "function") != "function":
        raise ValueError("a tool whose type is function is")
    function = value.get("function", value)
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= LONGEST_TOOL_NAME:
        raise ValueError(f"a tool with a function that has a name of at most {LONGEST_TOOL_NAME} characters is")
    if not isinstance(function.get("description") or "", str):
        raise ValueError("a tool whose description is text is")
    if not isinstance(function.get("parameters") or {}, dict):
        raise ValueError("a tool whose parameters are an object (a JSON schema) is")
    return value


EMOTION_LEVELS = ("lowest", "low", "medium", "high", "highest")

Text = Annotated[str, Field(max_length=1_000_000)]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Texts = Annotated[list[Text], Field(max_length=MOST_ENTRIES)]
Names = Annotated[list[Name], Field(max_length=MOST_ENTRIES)]

Truth = Annotated[
    Any,
    BeforeValidator(_check_truth),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]}),
]
"""`true`, or the same word as text: documents show both."""

Emotion = Annotated[
    Any,
    BeforeValidator(_check_emotion),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
]

Speed = Annotated[
    Any,
    BeforeValidator(_check_speed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": -1, "maximum": 1.2},
                {"type": "string", "enum": ["slowest", "slow", "normal", "fast", "fastest"]},
            ]
        }
    ),
]
"""Its range depends on the engine; see `engine.conversation.voice_settings`."""

Plain = Annotated[
    Any,
    BeforeValidator(_check_plain),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
]

Tool = Annotated[
    Any,
    BeforeValidator(_check_tool),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                "type": {"type": "string", "enum": ["function"]},
                "function": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_TOOL_NAME},
                        "description": {"type": "string"},
                        "parameters": {"type": "object", "additionalProperties": True},
                    },
                },
            },
            "additionalProperties": True,
        }
    ),
]
"""A function that a model may call, in the form of OpenAI's function calling; name and description may stand at the top."""

Tools = Annotated[list[Tool], Field(max_length=MOST_ENTRIES)]
