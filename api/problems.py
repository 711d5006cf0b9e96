"""Every error as a problem document (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.shapes.problems import InvalidField, Problem
from kb import UnknownEntry
from retrieval import RetrievalError

MEDIA_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)


def problem_response(status: int, detail: str, errors: list[InvalidField] | None = None) -> JSONResponse:
    """A problem document as a response."""
    # A detail may repeat what was sent, which may hold half a character (a lone surrogate) that UTF-8 can't express.
    encodable = detail.encode(errors="replace").decode()
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=encodable, errors=errors or [])
    return JSONResponse(problem.model_dump(exclude_defaults=False), status_code=status, media_type=MEDIA_TYPE)


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
    """Turn every exception that leaves an endpoint into a problem document."""

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        response = problem_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
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

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.exception("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
        return problem_response(
            HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; it was logged, and it is not your request."
        )
