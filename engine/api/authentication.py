"""The `x-api-key` header, on everything below /v2."""

import hmac
import logging
import time

from fastapi import Security
from fastapi.security import APIKeyHeader
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.errors import error_response
from engine.store.errors import StoreError
from engine.store.keys import LONGEST_KEY, KeyRepository, hash_key

log = logging.getLogger(__name__)

NOTED_EVERY_S = 60.0

DOCUMENTED = Security(APIKeyHeader(name="x-api-key", auto_error=False))
"""Puts the header into the OpenAPI document; the check itself is done before a body is read."""


class Authentication:
    """Lets a request to /v2 pass when it carries a valid key that may be used from its address."""

    def __init__(self, app: ASGIApp, keys: KeyRepository, environment_key: str) -> None:
        self._app = app
        self._keys = keys
        self._environment_hash = hash_key(environment_key) if environment_key else ""
        self._noted: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and (scope["path"] == "/v2" or scope["path"].startswith("/v2/")):
            refusal = await self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> JSONResponse | None:
        secret = Headers(scope=scope).get("x-api-key", "")
        if len(secret) <= LONGEST_KEY and hmac.compare_digest(hash_key(secret), self._environment_hash):
            return None
        try:
            key = await self._keys.find(secret)
        except StoreError as error:
            log.error("keys cannot be checked: %s", error)
            return error_response(503, "The database cannot be read at present", {"retry-after": "5"})
        if key is None:
            return error_response(401, "Invalid access token")
        if not key.allows(scope["client"][0] if scope.get("client") else ""):
            return error_response(403, "This key may not be used from this address")
        await self._note_use(key.key_id)
        return None

    async def _note_use(self, key_id: str) -> None:
        now = time.monotonic()
        if now - self._noted.get(key_id, -NOTED_EVERY_S) < NOTED_EVERY_S:
            return
        self._noted[key_id] = now
        try:
            await self._keys.touch(key_id)
        except StoreError as error:
            log.warning("the use of a key cannot be noted: %s", error)
