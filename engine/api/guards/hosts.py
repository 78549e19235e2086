"""Which `Host` a request may name: a page on a foreign name that resolves to this machine gets nothing (DNS rebinding)."""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.contract.errors import error_response
from engine.settings import Settings

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)


def host_name(header: str) -> str | None:
    """Return the lower-case name or address of a Host header, IPv6 without brackets; None when it is malformed."""
    match = _HOST.fullmatch(header.strip())
    if match is None:
        return None
    return (match["v6"] or match["name"]).lower().rstrip(".")


def is_loopback_name(name: str) -> bool:
    """Whether a name or address always means this machine."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class HostGuard:
    """Lets loopback names pass, the public URL's host, and, when the network was opened, the address listened on.

    Listening on all addresses lets every address literal pass: rebinding needs a name.
    """

    def __init__(self, app: ASGIApp, settings: Settings, base_url: Callable[[], str]) -> None:
        self._app = app
        self._settings = settings
        self._base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            header = Headers(scope=scope).get("host", "")
            name = host_name(header)
            if name is None or not self._permits(name):
                shown = header[:100] if name is not None else "(none or malformed)"
                refusal = error_response(
                    403, f"Host {shown} is not served here; VISAVIS_PUBLIC_URL names the one that is"
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _permits(self, name: str) -> bool:
        if is_loopback_name(name) or name == (urlsplit(self._base_url()).hostname or "").lower():
            return True
        if self._settings.loopback_only:
            return False
        try:
            listening = ipaddress.ip_address(self._settings.host)
        except ValueError:
            return name == self._settings.host.lower()
        try:
            asked = ipaddress.ip_address(name)
        except ValueError:
            return False
        return listening.is_unspecified or asked == listening
