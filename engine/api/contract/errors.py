"""Every error as JSON: `message` and `error` carry the same text, for clients read either."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import CapacityError, InvalidInputError, ModelUnavailableError, SignallingError, VisavisError
from engine.logs import current_request
from engine.store.errors import StoreError
from engine.store.sealing import is_secret

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")


class ErrorBody(BaseModel):
    """An error; both fields carry the same text."""

    message: str
    error: str


class ApiError(VisavisError):
    """An answer that is not a success."""

    def __init__(self, status_code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.headers = headers


def invalid_id(field: str) -> ApiError:
    """Return the answer to an unknown id, such as `Invalid persona_id`."""
    return ApiError(400, f"Invalid {field}")


def not_found(what: str) -> ApiError:
    """Return the answer to an unknown objective, set of guardrails, document..., such as `Document not found`."""
    return ApiError(404, f"{what} not found")


def found(thing: Thing | None, refusal: ApiError) -> Thing:
    """Return what was looked up. Raises the refusal when there is nothing."""
    if thing is None:
        raise refusal
    return thing


def is_stock(field: str, identifier: str) -> ApiError:
    """Return the answer to a change of what every installation has."""
    return ApiError(400, f"{field}: {identifier} is stock and stays as it is; create one of your own")


def error_response(status_code: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make the answer."""
    return JSONResponse({"message": message, "error": message}, status_code, headers=headers)


_UNREADABLE = "There was an error parsing the body"
"""What FastAPI says of a body that the JSON parser does not get far with."""


def install_error_handlers(app: FastAPI) -> None:
    """Answer every kind of error in the one format."""

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return error_response(error.status_code, _http_text(request, error), error.headers)

    async def on_validation(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return error_response(400, validation_text(error))

    async def on_visavis(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, VisavisError)
        return _visavis_response(error)

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(VisavisError, on_visavis)


def validation_text(error: RequestValidationError) -> str:
    """Say what is wrong with the first value that is: its field, the value, and what is accepted."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"] if part not in {"body", "query", "path"}]
    field = ".".join(path) or "the body"
    reason = str(first["msg"]).removeprefix("Value error, ")
    match first["type"]:
        case "json_invalid":
            return f"the body is not valid JSON: {first['ctx']['error']}{_place(error.body, first['loc'][-1])}"
        case "dict_type" | "model_type" | "model_attributes_type":
            reason = "a JSON object is"
        case "missing":
            return "a JSON body is required" if not path else f"{field} is required"
    if path and is_secret(path[-1]):
        return f"{field} is not accepted; {_lower_first(reason)}"
    return str(InvalidInputError(field, first.get("input"), _lower_first(reason)))


def _place(body: object, position: object) -> str:
    """Say where the parser stopped; what is wrong at the very beginning needs no place."""
    if not isinstance(body, str) or not isinstance(position, int) or position == 0:
        return ""
    before = body[:position]
    return f" at line {before.count(chr(10)) + 1}, column {position - before.rfind(chr(10))}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _hint(request: Request) -> str:
    return "" if request.url.path.startswith("/v2/") else "; the paths of the API begin with /v2"


def _http_text(request: Request, error: HTTPException) -> str:
    match error.status_code:
        case 404:
            return f"There is nothing at {request.url.path[:200]}{_hint(request)}"
        case 405:
            return f"{request.method} is not possible at {request.url.path[:200]}{_hint(request)}"
        case 400 if error.detail == _UNREADABLE:
            return "the body cannot be read as JSON in UTF-8"
        case _:
            return str(error.detail)


def _visavis_response(error: VisavisError) -> JSONResponse:
    match error:
        case ApiError():
            return error_response(error.status_code, str(error), error.headers)
        case InvalidInputError() | SignallingError():
            return error_response(400, str(error))
        case CapacityError():
            return error_response(429, str(error), {"retry-after": str(error.retry_after)})
        case ModelUnavailableError():
            return error_response(503, str(error))
        case StoreError():
            log.error("the store failed: %s", error)
            return error_response(503, "The database cannot be read or written at present", {"retry-after": "5"})
        case _:
            log.error("a request failed: %s", error)
            return error_response(500, str(error))


class ErrorBoundary:
    """Turns what nobody expected into a JSON 500 that names the request's id, under which the log has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except asyncio.CancelledError:
            # The server has waited long enough for this request and is about to go.
            if not started:
                await error_response(
                    503, "This appliance is stopping; ask again when it is back", {"retry-after": "5"}
                )(scope, receive, send)
            raise
        except Exception:
            facts = current_request.get()
            incident = facts.request_id if facts else "-"
            # The route's template only: paths hold the ids of rooms, queries hold tokens.
            route = (facts.route if facts else "") or "no route"
            log.exception("internal error %s at %s %s", incident, scope["method"], route)
            if started:
                raise
            await error_response(500, f"Internal error {incident}: the appliance's log has the details")(
                scope, receive, send
            )
