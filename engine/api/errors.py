"""Every error as JSON: `message` and `error` carry the same text, for clients read either."""

import json
import logging
import secrets
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import CapacityError, InvalidInputError, ModelUnavailableError, SignallingError, VisavisError
from engine.store.errors import StoreError
from engine.store.sealing import SECRET_FIELDS

log = logging.getLogger(__name__)


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


def error_response(status_code: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make the answer."""
    return JSONResponse({"message": message, "error": message}, status_code, headers=headers)


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
            return f"the body is not valid JSON: {first['ctx']['error']}"
        case "dict_type" | "model_type" | "model_attributes_type":
            reason = "a JSON object is"
        case "missing":
            return "a JSON body is required" if not path else f"{field} is required"
    if path and path[-1].lower() in SECRET_FIELDS:
        return f"{field} is not accepted; {_lower_first(reason)}"
    return str(InvalidInputError(field, first.get("input"), _lower_first(reason)))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _http_text(request: Request, error: HTTPException) -> str:
    match error.status_code:
        case 404:
            return f"There is nothing at {request.url.path[:200]}"
        case 405:
            return f"{request.method} is not possible at {request.url.path[:200]}"
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
    """Turns what nobody expected into a JSON 500 with a number under which the log has it."""

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
        except Exception:
            incident = secrets.token_hex(4)
            # The path only: a query may carry a token.
            log.exception("internal error %s at %s %s", incident, scope["method"], json.dumps(scope["path"]))
            if started:
                raise
            await error_response(500, f"Internal error {incident}: the appliance's log has the details")(
                scope, receive, send
            )
