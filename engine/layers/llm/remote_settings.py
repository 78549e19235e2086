"""What a persona says of a language model that runs elsewhere, and the requests that follow from it (seed: Large Language Model)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from engine.errors import InvalidInputError
from engine.layers.llm.protocol import Message
from engine.layers.llm.tool_calls import function_tools
from engine.network import check_url
from engine.secret import MASK, Secret

FIELD: Final = "layers.llm"
OWN_PARAMETERS: Final = ("messages", "model", "stream")
"""What `extra_body` may not say: the conversation does."""
LONGEST_QUOTE: Final = 200
"""Characters of what a server said that are shown."""

_ROUTE: Final = "/chat/completions"
_OWN_HEADERS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that belong to the connection and not to who uses it."""
_KEY: Final = re.compile(r"[\x21-\x7e]+")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TAKES_API_KEY_HEADER: Final = (".openai.azure.com", ".cognitiveservices.azure.com")
"""Hosts that take keys as `api-key`, and under `authorization` something else."""


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """One model on one server. Its `repr` holds no secret."""

    base_url: str = field(repr=False)
    """As given; what is in its query may be a key."""
    model: str = ""
    """Empty: the server's only one."""
    api_key: Secret = field(default_factory=Secret)
    headers: tuple[tuple[str, Secret], ...] = ()
    default_query: tuple[tuple[str, Secret], ...] = ()
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    tools: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, llm: Mapping[str, Any]) -> "RemoteSettings | None":
        """Return what a persona's `layers.llm` says; None without a `base_url`.

        Raises InvalidInputError, which names a field and no secret.
        """
        base_url = str(llm.get("base_url") or "").strip()
        if not base_url:
            return None
        check_url(f"{FIELD}.base_url", base_url)
        api_key = str(llm.get("api_key") or "").strip()
        if api_key and not _KEY.fullmatch(api_key):
            raise InvalidInputError(f"{FIELD}.api_key", Secret(api_key), "a key of printable ASCII characters is")
        return cls(
            base_url,
            str(llm.get("model") or "").strip(),
            Secret(api_key),
            tuple(_headers(llm.get("headers") or {})),
            tuple((str(name), Secret(_plain(value))) for name, value in (llm.get("default_query") or {}).items()),
            _checked_body(llm.get("extra_body") or {}),
            tuple(function_tools(llm.get("tools") or ())),
        )

    @property
    def server(self) -> str:
        """Host and port, for people to read."""
        return httpx.URL(self.base_url).netloc.decode("ascii")

    @property
    def host(self) -> str:
        """The host as requests name it."""
        return httpx.URL(self.base_url).host

    def url(self, route: str = _ROUTE) -> httpx.URL:
        """Return where a request goes; a `base_url` that already ends with the route of chat completions is understood too."""
        base = httpx.URL(self.base_url).copy_with(fragment=None)
        path = base.path.rstrip("/").removesuffix(_ROUTE)
        query = {name: value.reveal() for name, value in self.default_query}
        return base.copy_with(path=path + route).copy_merge_params(query)

    def request_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of every request. What the persona sets itself goes before what follows from `api_key`."""
        given = {name.lower(): value for name, value in self.headers}
        if self.api_key and self.host.endswith(_TAKES_API_KEY_HEADER):
            given.setdefault("api-key", self.api_key)
        elif self.api_key:
            given.setdefault("authorization", Secret(f"Bearer {self.api_key.reveal()}"))
        # An answer that is packed would wait until a block of it is full.
        own = {"accept": "text/event-stream", "accept-encoding": "identity", "content-type": "application/json"}
        taken = {name: value.reveal() for name, value in given.items() if name not in _OWN_HEADERS}
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in {**own, **taken}.items()]

    def body(self, messages: Sequence[Message]) -> bytes:
        """Return the body of a request for an answer; how tokens are drawn says `extra_body`, or else the server."""
        body: dict[str, Any] = {"tools": list(self.tools)} if self.tools else {}
        body |= self.extra_body
        if self.model:
            body["model"] = self.model
        body["messages"] = [{"role": message.role, "content": message.content} for message in messages]
        body["stream"] = True
        return json.dumps(body).encode("ascii")

    def quoted(self, text: str) -> str:
        """Return what the server said as one short line without secrets, should it have sent one back."""
        for secret in self._secrets():
            text = text.replace(secret, MASK)
        text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
        return repr(text[:LONGEST_QUOTE])

    def _secrets(self) -> list[str]:
        values = [self.api_key, *(value for _, value in (*self.headers, *self.default_query))]
        texts = [value.reveal() for value in values]
        # The key in `Bearer KEY` may come back alone.
        words = [word for text in texts for word in text.split() if len(word) > 3]
        return sorted({text for text in (*texts, *words) if text}, key=len, reverse=True)


def _headers(headers: Mapping[str, Any]) -> list[tuple[str, Secret]]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(str(name)) or not _HEADER_VALUE.fullmatch(str(value)):
            raise InvalidInputError(f"{FIELD}.headers", name, "a header name with a value on one line is")
    return [(str(name), Secret(str(value))) for name, value in headers.items()]


def _checked_body(extra_body: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in OWN_PARAMETERS:
        if name in extra_body:
            accepted = "the conversation sets it itself, any other parameter of the server is"
            raise InvalidInputError(f"{FIELD}.extra_body.{name}", extra_body[name], accepted)
    try:
        json.dumps(extra_body, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InvalidInputError(f"{FIELD}.extra_body", "its content", "JSON without NaN and infinity is") from None
    return extra_body


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
