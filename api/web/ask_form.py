"""What the box for a symptom sends."""

import sys
from dataclasses import dataclass
from typing import Self

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from api.diagnosis_body import text_of_file
from retrieval.diagnosis import (
    MAX_EVIDENCE_ITEMS,
    MAX_SYMPTOM_CHARACTERS,
    DiagnosisRequest,
    Evidence,
    Filters,
)

_MAX_FIELDS = 1_000
"""More than the box has; how large all of it may be was checked before."""


@dataclass(frozen=True)
class AskForm:
    """A symptom as it was typed, the files beside it, and what to look at only."""

    symptom: str = ""
    evidence: tuple[Evidence, ...] = ()
    sdks: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()

    @classmethod
    async def read(cls, request: Request) -> Self:
        """What a request's body holds, whether as multipart or not."""
        async with request.form(max_files=_MAX_FIELDS, max_fields=_MAX_FIELDS, max_part_size=sys.maxsize) as form:
            return cls(
                # Browsers send each line break as two characters.
                symptom=(_texts(form, "symptom") or ("",))[0].replace("\r\n", "\n"),
                evidence=tuple([await _evidence(file) for file in form.getlist("evidence") if _is_file(file)]),
                sdks=_texts(form, "sdk"),
                platforms=_texts(form, "platform"),
            )

    def excess(self) -> str | None:
        """What is more than is read, in words for who wrote it; None if all of it is."""
        if len(self.symptom) > MAX_SYMPTOM_CHARACTERS:
            return (
                f"This text has {len(self.symptom):,} characters, and up to {MAX_SYMPTOM_CHARACTERS:,} are read: "
                "attach the long part as a file."
            )
        if len(self.evidence) > MAX_EVIDENCE_ITEMS:
            count = len(self.evidence)
            return f"These are {count} files, and up to {MAX_EVIDENCE_ITEMS} are read: choose the telling ones."
        return None

    def diagnosis_request(self) -> DiagnosisRequest:
        """What to ask the API; there must be no excess."""
        return DiagnosisRequest(
            symptom=self.symptom, evidence=self.evidence, filters=Filters(sdk=self.sdks, platform=self.platforms)
        )


def _texts(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(value for value in form.getlist(name) if isinstance(value, str))


def _is_file(value: UploadFile | str) -> bool:
    # Browsers send an empty file without a name where none was chosen.
    return isinstance(value, UploadFile) and bool(value.filename or value.size)


async def _evidence(file: UploadFile | str) -> Evidence:
    assert isinstance(file, UploadFile)
    return Evidence(name=(file.filename or "")[-200:], text=text_of_file(await file.read()))
