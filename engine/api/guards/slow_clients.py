"""A client that sends its body drop by drop holds nothing for long."""

import asyncio
import time

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.contract.errors import error_response

GRACE_S = 10.0
"""Seconds that every body gets."""
BYTES_PER_S = 16_384
"""What each further second of waiting must have brought."""


class SlowBodyError(HTTPException):
    """A body came too slowly."""

    def __init__(self) -> None:
        super().__init__(408, "The body came too slowly", {"connection": "close"})


class SlowClientGuard:
    """Answers 408 when waiting for a body takes longer than `grace_s` and a second for each `bytes_per_s` received.

    Only the waiting counts, not what the appliance does with the bytes; after the body nothing is limited here.
    """

    def __init__(self, app: ASGIApp, grace_s: float = GRACE_S, bytes_per_s: float = BYTES_PER_S) -> None:
        self._app = app
        self._grace_s = grace_s
        self._bytes_per_s = bytes_per_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received, waited, complete = 0, 0.0, False

        async def limited() -> Message:
            nonlocal received, waited, complete
            if complete:
                return await receive()
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._grace_s + received / self._bytes_per_s - waited):
                    message = await receive()
            except TimeoutError:
                raise SlowBodyError from None
            waited += time.monotonic() - began
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            return message

        try:
            await self._app(scope, limited, send)
        except SlowBodyError as error:
            # Raised past the application by whoever reads a body before it.
            await error_response(error.status_code, error.detail, error.headers)(scope, receive, send)
