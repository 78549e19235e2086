"""From messages to the prompt text that a model was trained on, without letting anybody speak as the template."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import ModelUnavailableError
from engine.layers.llm.protocol import Message


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a prompt."""

    text: str
    trusted: bool
    """Whether it is the template's own text: only there do control tokens such as `<|im_end|>` mean something."""


class ChatTemplate:
    """The Jinja template that a GGUF file carries, rendered in a sandbox.

    The template never sees what was said: it is rendered over unguessable placeholders, which are then replaced by the
    contents as untrusted pieces. So neither a person nor a document can end a message, open one in another role, or trip
    the template's own tests on contents.
    """

    def __init__(self, source: str, *, begin: str = "", end: str = "") -> None:
        """Compile the template.

        `begin`, `end`: the model's begin- and end-of-text tokens as text. Raises ModelUnavailableError when the template is
        not valid Jinja.
        """
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals.update(
            raise_exception=_refuse, strftime_now=_now, bos_token=begin, eos_token=end, enable_thinking=False
        )
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateSyntaxError as error:
            raise ModelUnavailableError(f"the model's chat template does not compile: {error}") from error

    def render(self, messages: Sequence[Message]) -> list[Piece]:
        """Return the prompt up to where the assistant's answer begins; contents lose the white space around them.

        Templates that refuse a system message, or that demand strictly alternating roles, get the messages folded
        accordingly. Raises ModelUnavailableError when the template fails even so.
        """
        # A template can fail in any way that Python code can.
        try:
            return self._rendered(messages)
        except Exception:
            turns = alternating(messages)
        try:
            return self._rendered(turns)
        except Exception as error:
            raise ModelUnavailableError(f"the model's chat template cannot render a conversation: {error}") from error

    def _rendered(self, messages: Sequence[Message]) -> list[Piece]:
        mark = f"x{secrets.token_hex(16)}x"
        shown = [{"role": message.role, "content": f"{mark}{index}x"} for index, message in enumerate(messages)]
        prompt = self._template.render(messages=shown, add_generation_prompt=True, tools=None, documents=None)
        pieces = []
        for position, text in enumerate(re.split(rf"{mark}(\d+)x", prompt)):
            trusted = position % 2 == 0
            content = text if trusted else messages[int(text)].content.strip()
            if content:
                pieces.append(Piece(content, trusted))
        return pieces


def alternating(messages: Sequence[Message]) -> list[Message]:
    """Return the messages as strict turns of user and assistant; the user begins, with the system's words in front."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    turns: list[Message] = []
    for message in messages:
        if message.role == "system":
            continue
        if turns and turns[-1].role == message.role:
            turns[-1] = replace(message, content=f"{turns[-1].content}\n{message.content}")
        else:
            turns.append(message)
    if not turns or turns[0].role != "user":
        turns.insert(0, Message("user", ""))
    return [replace(turns[0], content=f"{system}\n\n{turns[0].content}".strip() or "Hello."), *turns[1:]]


def _refuse(reason: str) -> NoReturn:
    raise jinja2.TemplateError(reason)


def _now(pattern: str) -> Any:
    return datetime.now().astimezone().strftime(pattern)
