"""Typed settings: defaults, then environment (`VISAVIS_*`), then command line."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from engine.errors import InvalidInputError
from engine.secret import Secret
from engine.turn_urls import TurnUrl

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
PICTURES = {"512": (512, 512), "720p": (1280, 720)}


def default_home() -> Path:
    """Return the folder for data, models and keys of this user."""
    return Path.home() / ".local" / "share" / "visavis"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside."""

    home: Path = field(default_factory=default_home)
    """Data, models and keys."""
    host: str = "127.0.0.1"
    """The address to listen on; anything but loopback opens the appliance to the network and must be asked for."""
    port: int = 8765
    """0 takes a free port."""
    public_url: str = ""
    """The base of every URL handed out; empty: made of scheme, host and port of the listener (`public_url`)."""
    tls_certificate: Path | None = None
    """PEM file with the certificate chain that the listener shows; none: the one of `visavis certificate create` beyond loopback."""
    tls_key: Path | None = None
    """PEM file with its key."""
    api_key: Secret = field(default_factory=Secret)
    """One more accepted API key (`VISAVIS_API_KEY`)."""
    webhook_secret: Secret = field(default_factory=Secret)
    """Signs callbacks: `whsec_` and base64; empty: a secret made from the installation's key (`visavis webhooks secret`)."""
    offline: bool = False
    """Nothing leaves the machine but what `allow_hosts` names."""
    allow_hosts: tuple[str, ...] = ()
    """Host names, addresses and CIDRs that outgoing requests may reach although they are private."""
    allow_origins: tuple[str, ...] = ()
    """Web origins that may call the API, besides loopback origins of any port."""
    frame_ancestors: str = "*"
    """Which pages may embed rooms: sources of the CSP directive of that name, such as `'self' https://app.example`."""
    support_contact: str = ""
    """Whom error texts name for help: a mail address or URL; empty: the administrator of this installation."""
    allow_relaxed_checks: bool = False
    """Whether a training may be told to pass over checks of its video (`properties.relaxed_checks`)."""
    s3_endpoint: str = ""
    """Base URL of an S3-compatible store for recordings whose conversation names a bucket; empty: they stay here."""
    s3_access_key: str = ""
    s3_secret_key: Secret = field(default_factory=Secret)
    s3_sts: bool = False
    """Whether the endpoint's STS is asked for the role that a conversation names (AssumeRole)."""
    turn_url: tuple[str, ...] = ()
    """TURN servers for people whom no direct way leads to a room (RFC 7065); none: rooms are reached directly."""
    turn_secret: Secret = field(default_factory=Secret)
    """What these servers share with this installation (coturn's `static-auth-secret`); participants get credentials made from it."""
    require_consent: str = "declared"
    """`declared`: a replica without a statement of consent is taken for non-human, as its key declares; `always`: it is refused."""
    largest_upload_mb: int = 2048
    """Megabytes that one upload may have."""
    log_format: str = "text"
    """`text` for people or `json`, one object a line, for machines."""
    log_level: str = "info"
    """The least that is logged: `debug`, `info`, `warning` or `error`."""
    ready_file: Path | None = None
    """Written atomically once everything is warm."""
    max_conversations: int = 0
    """Conversations carried at once; 0: by the number of cores."""
    language: str = "en"
    """The language of conversations that name none (ISO 639-1)."""
    voice: str = ""
    """Catalogue name of the voice to prefer; empty: any Piper voice of the language in the store, else the basic voice."""
    chat_model: str = ""
    """Catalogue name of the chat model; empty: the best in the store that suits this machine."""
    video: str = "512"
    """What rooms show: `512` (square, 512x512) or `720p` (1280x720, about twice the work)."""
    seed: int | None = None
    """Makes sampling and blinks repeatable."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InvalidInputError("port", self.port, "a number from 0 to 65535 is")
        if self.max_conversations < 0:
            raise InvalidInputError("max_conversations", self.max_conversations, "0 (automatic) or more is")
        if self.log_format not in {"text", "json"}:
            raise InvalidInputError("log_format", self.log_format, "text or json is")
        if self.log_level not in {"debug", "info", "warning", "error"}:
            raise InvalidInputError("log_level", self.log_level, "debug, info, warning or error is")
        if self.require_consent not in {"declared", "always"}:
            raise InvalidInputError("require_consent", self.require_consent, "declared or always is")
        if self.video not in PICTURES:
            raise InvalidInputError("video", self.video, f"{' or '.join(PICTURES)} is")
        if self.largest_upload_mb < 1:
            raise InvalidInputError("largest_upload_mb", self.largest_upload_mb, "1 or more is")
        if not re.fullmatch(r"[A-Za-z0-9'*:/._\[\]-]+( [A-Za-z0-9'*:/._\[\]-]+)*", self.frame_ancestors):
            raise InvalidInputError(
                "frame_ancestors", self.frame_ancestors, "a list of origins, 'self', 'none' or * is"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            missing = "tls_key" if self.tls_key is None else "tls_certificate"
            raise InvalidInputError(missing, None, "the other half of a TLS certificate and its key is")
        for url in self.turn_url:
            TurnUrl.parse("turn_url", url)
        if self.turn_url and not self.turn_secret:
            raise InvalidInputError("turn_secret", None, "with a TURN server, the secret that it shares is")
        if self.turn_secret and not self.turn_url:
            raise InvalidInputError("turn_url", None, "with turn_secret, the TURN server that shares it is")
        if self.s3_endpoint and urlsplit(self.s3_endpoint).scheme not in {"http", "https"}:
            raise InvalidInputError("s3_endpoint", self.s3_endpoint, "an http:// or https:// URL is")
        if self.public_url and urlsplit(self.public_url).scheme not in {"http", "https"}:
            raise InvalidInputError("public_url", self.public_url, "an http:// or https:// URL is")

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height of what rooms show, in pixels."""
        return PICTURES[self.video]

    @property
    def loopback_only(self) -> bool:
        """Whether the appliance is reachable from this machine alone."""
        return self.host in LOOPBACK_HOSTS

    @property
    def conversation_limit(self) -> int:
        """Conversations carried at once: asked for, or one a core, at least two (measured on two cores)."""
        return self.max_conversations or max(2, os.cpu_count() or 2)

    def changed(self, **values: Any) -> Self:
        """Return a copy in which each value that is not None replaces the present one."""
        return replace(self, **{name: value for name, value in values.items() if value is not None})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `VISAVIS_HOME`, `VISAVIS_PORT`, ...; raises InvalidInputError naming the variable."""
        values: dict[str, Any] = {}
        for known in fields(cls):
            variable = f"VISAVIS_{known.name.upper()}"
            text = environment.get(variable, "").strip()
            if text:
                values[known.name] = _parse(variable, known.name, text)
        return cls(**values)


def _parse(variable: str, name: str, text: str) -> Any:
    match name:
        case "home" | "ready_file" | "tls_certificate" | "tls_key":
            return Path(text).expanduser()
        case "port" | "max_conversations" | "largest_upload_mb" | "seed":
            try:
                return int(text)
            except ValueError:
                raise InvalidInputError(variable, text, "a whole number is") from None
        case "offline" | "allow_relaxed_checks" | "s3_sts":
            if text.lower() in {"1", "true", "yes", "on"}:
                return True
            if text.lower() in {"0", "false", "no", "off"}:
                return False
            raise InvalidInputError(variable, text, "1 or 0 is")
        case "api_key" | "webhook_secret" | "s3_secret_key" | "turn_secret":
            return Secret(text)
        case "allow_hosts" | "allow_origins" | "turn_url":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case _:
            return text
