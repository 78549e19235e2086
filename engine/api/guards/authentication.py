"""The `x-api-key` header, on everything below /v2."""

import hmac
import logging
import time

from fastapi import Security
from fastapi.security import APIKeyHeader
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.contract.errors import error_response
from engine.api.guards.hosts import is_loopback_name
from engine.api.guards.rate_limit import RateLimit
from engine.errors import CapacityError
from engine.logs import current_request
from engine.secret import Secret
from engine.store.errors import StoreError
from engine.store.keys import LONGEST_KEY, KeyRepository, hash_key

log = logging.getLogger(__name__)

NOTED_EVERY_S = 60.0
WRONG_KEYS_AT_ONCE = 60
WRONG_KEYS_PER_SECOND = 1.0
"""Beyond these an address is told 429 instead of 401; a valid key opens all the same."""

DOCUMENTED = Security(APIKeyHeader(name="x-api-key", auto_error=False))
"""Puts the header into the OpenAPI document; the check itself is done before a body is read."""


class Authentication:
    """Lets a request to /v2 (and to /metrics from another machine) pass when it carries a valid key that may be used from its address."""

    def __init__(self, app: ASGIApp, keys: KeyRepository, environment_key: Secret) -> None:
        self._app = app
        self._keys = keys
        self._environment_hash = hash_key(environment_key.reveal()) if environment_key else ""
        self._noted: dict[str, float] = {}
        self._wrong = RateLimit(
            WRONG_KEYS_AT_ONCE, WRONG_KEYS_PER_SECOND, refusal="Too many requests with a wrong key from this address"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and _needs_key(scope):
            refusal = await self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> JSONResponse | None:
        secret = Headers(scope=scope).get("x-api-key", "")
        if len(secret) <= LONGEST_KEY and hmac.compare_digest(hash_key(secret), self._environment_hash):
            _name("environment")
            return None
        try:
            key = await self._keys.find(secret)
        except StoreError as error:
            log.error("keys cannot be checked: %s", error)
            return error_response(503, "The database cannot be read at present", {"retry-after": "5"})
        address = scope["client"][0] if scope.get("client") else ""
        if key is None:
            return self._unknown(secret, address)
        if not key.allows(address):
            return error_response(403, "This key may not be used from this address")
        _name(key.key_id)
        await self._note_use(key.key_id)
        return None

    def _unknown(self, secret: str, address: str) -> JSONResponse:
        try:
            if secret:
                self._wrong.take(address)
        except CapacityError as error:
            return error_response(429, str(error), {"retry-after": str(error.retry_after)})
        return error_response(401, "Invalid access token")

    async def _note_use(self, key_id: str) -> None:
        now = time.monotonic()
        if now - self._noted.get(key_id, -NOTED_EVERY_S) < NOTED_EVERY_S:
            return
        self._noted[key_id] = now
        try:
            await self._keys.touch(key_id)
        except StoreError as error:
            log.warning("the use of a key cannot be noted: %s", error)


def _needs_key(scope: Scope) -> bool:
    path = str(scope["path"])
    if path == "/metrics":
        # A scraper on this machine needs none; the figures name nobody, but they tell how busy the house is.
        return not is_loopback_name(scope["client"][0] if scope.get("client") else "")
    return path == "/v2" or path.startswith("/v2/")


def calling_key() -> str:
    """Return the id of the key that the present request came with; `environment` for that of the settings, empty without one."""
    facts = current_request.get()
    return facts.key_id if facts is not None else ""


def _name(key_id: str) -> None:
    """Let the log say whose request this is."""
    facts = current_request.get()
    if facts is not None:
        facts.key_id = key_id
