"""What asks for a diagnosis: JSON, or a form that carries evidence as files."""

import codecs
import sys
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from retrieval.diagnosis import MAX_EVIDENCE_ITEMS, DiagnosisRequest, Evidence

JSON, FORM = "application/json", "multipart/form-data"
REQUEST, EVIDENCE = "request", "evidence"
"""Fields of the form."""

_SHAPE = {"$ref": "#/components/schemas/DiagnosisRequest"}
DESCRIPTION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": _SHAPE},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        REQUEST: _SHAPE,
                        EVIDENCE: {
                            "type": "array",
                            "maxItems": MAX_EVIDENCE_ITEMS,
                            "items": {"type": "string", "format": "binary"},
                            "description": "Text files; each becomes a piece of evidence by its name.",
                        },
                    },
                    "required": [REQUEST],
                    "additionalProperties": False,
                },
                "encoding": {REQUEST: {"contentType": JSON}},
            },
        },
    }
}
"""Of an operation that takes it, in OpenAPI."""

# Files that Windows programs write begin so.
_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


async def _read(request: Request) -> DiagnosisRequest:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == JSON:
        return _request_of(await request.body())
    if media_type == FORM:
        # How large the whole body may be was checked before.
        async with request.form(
            max_files=MAX_EVIDENCE_ITEMS, max_fields=1 + MAX_EVIDENCE_ITEMS, max_part_size=sys.maxsize
        ) as form:
            return await _request_of_form(form)
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the Content-Type must be {JSON} or {FORM}")


SentDiagnosisRequest = Annotated[DiagnosisRequest, Depends(_read)]


def _request_of(body: bytes | str, evidence: tuple[Evidence, ...] = ()) -> DiagnosisRequest:
    try:
        request = DiagnosisRequest.model_validate_json(body)
        if not evidence:
            return request
        return DiagnosisRequest.model_validate({**dict(request), EVIDENCE: (*request.evidence, *evidence)})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**detail, "loc": ("body", *detail["loc"])} for detail in details]) from error


async def _request_of_form(form: FormData) -> DiagnosisRequest:
    request: str | bytes | None = None
    evidence = []
    for name, value in form.multi_items():
        if name == REQUEST and request is None:
            request = await value.read() if isinstance(value, UploadFile) else value
        elif name == EVIDENCE and isinstance(value, UploadFile):
            evidence.append(Evidence(name=(value.filename or "")[-200:], text=text_of_file(await value.read())))
        else:
            raise _invalid(name, f"a form has one field '{REQUEST}' with JSON, and files named '{EVIDENCE}'")
    if request is None:
        raise _invalid(REQUEST, "Field required")
    return _request_of(request, tuple(evidence))


def _invalid(field: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("body", field), "msg": message}])


def text_of_file(content: bytes) -> str:
    """The text of a file, whatever wrote it; what can't be read of it is marked, not lost."""
    encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "utf-8")
    return content.decode(encoding, errors="replace")
