"""`/` and `/d/{id}`: a symptom in, its causes out; then answers to questions, and what is said about the causes."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.shapes.feedback import FeedbackRequest, Verdict
from api.web.ask_form import AskForm
from api.web.inquiry import inquire
from api.web.prose import shared_words
from api.web.site import render
from retrieval.diagnosis import MAX_EVIDENCE_CHARACTERS, MAX_EVIDENCE_ITEMS, MAX_SYMPTOM_CHARACTERS, Answer

MAX_COMMENT_CHARACTERS = 4_000

router = APIRouter(include_in_schema=False)


@router.get("/")
async def ask_page(request: Request, symptom: str = "") -> HTMLResponse:
    """A box for a symptom, which a link may fill."""
    return await _box(request, AskForm(symptom=symptom))


@router.post("/")
async def ask(request: Request) -> Response:
    """Ask for the causes of a symptom; their page has an address to share."""
    form = await AskForm.read(request)
    if excess := form.excess():
        return await _box(request, form, HTTPStatus.UNPROCESSABLE_ENTITY, excess)
    try:
        async with inquire(request) as causeway:
            diagnosis = await causeway.diagnose(form.diagnosis_request())
    except HTTPException as error:
        return await _box(request, form, error.status_code, error.detail)
    return RedirectResponse(f"/d/{diagnosis.id}", HTTPStatus.SEE_OTHER)


@router.get("/d/{diagnosis_id}")
async def answer_page(request: Request, diagnosis_id: str) -> HTMLResponse:
    """A diagnosis, as everybody may see it who has its address."""
    async with inquire(request) as causeway:
        diagnosis = await causeway.get_diagnosis(diagnosis_id)
        index = await causeway.index()
        findings = {finding.id: finding for finding in await causeway.findings()}
        titles = {entry.id: entry.title async for entry in causeway.entries()}
    reasons = [reason for cause in diagnosis.causes[:1] for reason in cause.reasons if reason.weight > 0]
    filters = diagnosis.filters
    looked_at = ((index.sections, filters.section), (index.sdks, filters.sdk), (index.platforms, filters.platform))
    return render(
        request,
        "answer.html",
        diagnosis=diagnosis,
        index=index,
        findings=findings,
        titles=titles,
        holds={findings[each.id].question: each.holds for each in diagnosis.findings if each.id in findings},
        telling_words=shared_words((reason.quote, reason.matched) for reason in reasons),
        looked_at=[titles.get(each, each) for titles, ids in looked_at for each in ids],
        max_comment_characters=MAX_COMMENT_CHARACTERS,
    )


@router.post("/d/{diagnosis_id}/answers")
async def answer(
    request: Request, diagnosis_id: str, finding_id: Annotated[str, Form()], answer: Annotated[Answer, Form()]
) -> Response:
    """Answer a question, again if need be."""
    async with inquire(request) as causeway:
        await causeway.answer(diagnosis_id, {finding_id: answer})
    return RedirectResponse(f"/d/{diagnosis_id}", HTTPStatus.SEE_OTHER)


@router.post("/d/{diagnosis_id}/feedback")
async def give_feedback(
    request: Request,
    diagnosis_id: str,
    entry_id: Annotated[str, Form(max_length=80)],
    verdict: Annotated[Verdict, Form()],
    comment: Annotated[str, Form(max_length=MAX_COMMENT_CHARACTERS)] = "",
) -> Response:
    """Say whether a cause was it."""
    # Whoever uses the same key speaks again; so do all who use none, which an answer has few of.
    feedback = FeedbackRequest(
        entry_id=entry_id, verdict=verdict, comment=comment, actor=f"page:{request.state.caller.id}"
    )
    async with inquire(request) as causeway:
        await causeway.feedback(diagnosis_id, feedback)
    return RedirectResponse(f"/d/{diagnosis_id}#cause-{entry_id}", HTTPStatus.SEE_OTHER)


async def _box(
    request: Request, form: AskForm, status: int = HTTPStatus.OK, problem: str | None = None
) -> HTMLResponse:
    """The box, filled with what was typed; files have to be chosen again."""
    index = None
    try:
        async with inquire(request) as causeway:
            index = await causeway.index()
    except HTTPException as error:
        # Without filters and examples, but with what was typed.
        if problem is None:
            status, problem = error.status_code, error.detail
    return render(
        request,
        "ask.html",
        status,
        form=form,
        index=index,
        problem=problem,
        max_files=MAX_EVIDENCE_ITEMS,
        max_characters=MAX_SYMPTOM_CHARACTERS,
        # Asked on as JSON, in which files are longer.
        max_bytes=min(MAX_EVIDENCE_CHARACTERS, request.app.state.settings.max_body_bytes * 2 // 3),
    )
