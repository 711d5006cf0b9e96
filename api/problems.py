"""Every error as a problem document (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.cursors import InvalidCursor
from api.shapes.problems import MEDIA_TYPE, InvalidField, Problem
from api.store.errors import (
    DocumentChanged,
    IdempotencyKeyReused,
    StaleDiagnosis,
    StoreError,
    StoreUnavailable,
    UnknownDiagnosis,
    UnknownDocument,
)
from kb import UnknownEntry
from retrieval import RetrievalError

RETRY_AFTER_SECONDS = 1

STATUS_OF: Mapping[type[StoreError], HTTPStatus] = {
    UnknownDiagnosis: HTTPStatus.NOT_FOUND,
    UnknownDocument: HTTPStatus.NOT_FOUND,
    StaleDiagnosis: HTTPStatus.CONFLICT,
    DocumentChanged: HTTPStatus.PRECONDITION_FAILED,
    IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

logger = logging.getLogger(__name__)


def problem_of(status: int, detail: str, errors: list[InvalidField] | None = None) -> Problem:
    """A problem document."""
    # A detail may repeat what was sent, which may hold half a character (a lone surrogate) that UTF-8 can't express.
    encodable = detail.encode(errors="replace").decode()
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=encodable, errors=errors or [])


def problem_response(
    status: int, detail: str, errors: list[InvalidField] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A problem document as a response."""
    content = problem_of(status, detail, errors).model_dump()
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def try_again_response(detail: str) -> JSONResponse:
    """503 for a request that may succeed a moment later."""
    return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def problem_schema(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of the problems that an operation may answer with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def answer_errors_with_problems(app: FastAPI) -> None:
    """Turn every exception that says what is wrong with a request into a problem document."""

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        response = problem_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # The framework names the methods of one operation where a path has several.
            response.headers["Allow"] = ", ".join(
                sorted(_methods_of_path(request)) or response.headers.getlist("Allow")
            )
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        # The input itself is not repeated: it may be large, secret, or not even encodable.
        fields = [
            InvalidField(pointer="/".join(str(part) for part in detail["loc"]), detail=detail["msg"])
            for detail in error.errors()
        ]
        detail = "; ".join(f"{field.pointer}: {field.detail}" for field in fields)
        return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, fields)

    @app.exception_handler(RetrievalError)
    async def unanswerable(_: Request, error: RetrievalError) -> JSONResponse:
        return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    @app.exception_handler(UnknownEntry)
    async def unknown_entry(_: Request, error: UnknownEntry) -> JSONResponse:
        return problem_response(HTTPStatus.NOT_FOUND, str(error))

    @app.exception_handler(InvalidCursor)
    async def invalid_cursor(_: Request, error: InvalidCursor) -> JSONResponse:
        return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    @app.exception_handler(StoreError)
    async def not_stored(_: Request, error: StoreError) -> JSONResponse:
        if isinstance(error, StoreUnavailable):
            logger.error("the database does not answer", exc_info=error.__cause__)
            return try_again_response(str(error))
        return problem_response(STATUS_OF[type(error)], str(error))


def _methods_of_path(request: Request) -> set[str]:
    operations = request.app.openapi()["paths"].items()
    matching = (methods for path, methods in operations if compile_path(path)[0].match(request.url.path))
    return {method.upper() for methods in matching for method in methods}
