"""`/insights/new-entry`: a file to fill in, begun with messages that nothing answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.security.keys import Scope
from api.security.scopes import requires
from api.web.inquiry import inquire
from api.web.site import render
from kb.errors import InvalidName
from kb.scaffold import MOST_PHRASINGS, scaffold

if TYPE_CHECKING:
    from api.client import AsyncCausewayClient

router = APIRouter(prefix="/insights", include_in_schema=False, dependencies=[requires(Scope.ADMIN)])

SOME_ID = "name-of-the-cause"


@dataclass(frozen=True)
class Wanted:
    """What the entry is called, where it belongs, and the diagnoses whose messages it begins with."""

    entry_id: str
    section: str
    diagnosis_ids: Sequence[str]

    @property
    def query(self) -> str:
        """What asks for it, in an address."""
        wanted = {"id": self.entry_id, "section": self.section, "diagnosis": self.diagnosis_ids}
        return urlencode(wanted, doseq=True)


async def _wanted(
    entry_id: Annotated[str, Query(alias="id", max_length=80)] = SOME_ID,
    section: Annotated[str, Query(max_length=80)] = "",
    diagnosis: Annotated[list[str] | None, Query(max_length=MOST_PHRASINGS)] = None,
) -> Wanted:
    return Wanted(entry_id.strip(), section, diagnosis or [])


WantedEntry = Annotated[Wanted, Depends(_wanted)]


@router.get("/new-entry")
async def new_entry_page(request: Request, wanted: WantedEntry) -> HTMLResponse:
    """The file to look at, copy or download, and a form for its name."""
    async with inquire(request) as causeway:
        index = await causeway.index()
        symptoms = await _symptoms(causeway, wanted.diagnosis_ids)
    if wanted.section not in index.sections:
        wanted = replace(wanted, section=next(iter(index.sections)))
    try:
        file, refusal = scaffold(wanted.section, wanted.entry_id, symptoms), None
    except InvalidName as error:
        file, refusal = None, str(error)
    status = HTTPStatus.OK if file else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "new_entry.html", status, index=index, wanted=wanted, file=file, refusal=refusal)


@router.get("/new-entry.yaml")
async def new_entry_file(request: Request, wanted: WantedEntry) -> Response:
    """The file."""
    async with inquire(request) as causeway:
        symptoms = await _symptoms(causeway, wanted.diagnosis_ids)
    try:
        file = scaffold(wanted.section, wanted.entry_id, symptoms)
    except InvalidName as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    headers = {"Content-Disposition": f'attachment; filename="{wanted.entry_id}.yaml"'}
    return Response(file, media_type="application/yaml", headers=headers)


async def _symptoms(causeway: "AsyncCausewayClient", diagnosis_ids: Sequence[str]) -> list[str]:
    from api.client.errors import NotFound

    symptoms = []
    for diagnosis_id in diagnosis_ids:
        try:
            symptoms.append((await causeway.get_diagnosis(diagnosis_id)).symptom)
        except NotFound:
            continue  # it was deleted meanwhile, as old ones are
    return symptoms
