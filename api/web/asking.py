"""`/` and `/d/{id}`: a symptom in, its causes out, and what is said about them."""

from http import HTTPStatus

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.web.inquiry import inquire
from api.web.site import render

router = APIRouter(include_in_schema=False)


@router.get("/")
async def ask_page(request: Request, symptom: str = "") -> HTMLResponse:
    """A box for a symptom."""
    async with inquire(request) as causeway:
        index = await causeway.index()
    return render(request, "ask.html", index=index, symptom=symptom, problem=None)


@router.post("/")
async def ask(request: Request, symptom: str = Form("")) -> Response:
    """Ask for the causes of a symptom."""
    async with inquire(request) as causeway:
        diagnosis = await causeway.diagnose(symptom)
    return RedirectResponse(f"/d/{diagnosis.id}", HTTPStatus.SEE_OTHER)


@router.get("/d/{diagnosis_id}")
async def answer_page(request: Request, diagnosis_id: str) -> HTMLResponse:
    """A diagnosis, as everybody may see it who has its address."""
    async with inquire(request) as causeway:
        diagnosis = await causeway.get_diagnosis(diagnosis_id)
        index = await causeway.index()
    return render(request, "answer.html", diagnosis=diagnosis, index=index)
