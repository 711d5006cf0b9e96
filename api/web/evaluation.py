"""`/insights/evaluation`: the report that `causeway eval report` wrote, as it is."""

import asyncio
import base64
import hashlib
import re
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from api.security.keys import Scope
from api.security.scopes import requires

router = APIRouter(include_in_schema=False, dependencies=[requires(Scope.ADMIN)])

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)


def find_report(request: Request) -> datetime | None:
    """When the report was written; None if there is none."""
    path: Path = request.app.state.settings.eval_report
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


@router.get("/insights/evaluation")
async def evaluation_page(request: Request) -> HTMLResponse:
    """The whole report, which may be shown within pages of ours."""
    path: Path = request.app.state.settings.eval_report
    try:
        report = await asyncio.to_thread(path.read_text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HTTPException(
            HTTPStatus.NOT_FOUND,
            "there is no report of an evaluation here yet: run `causeway eval run`, then `causeway eval report`",
        ) from error
    return HTMLResponse(
        report,
        headers={
            "Content-Security-Policy": _policy_for(report),
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "same-origin",
        },
    )


def _policy_for(report: str) -> str:
    """Allows the styles that the report has now, and nothing else; it is of no origin, whatever is in it."""
    digests = {hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(report)}
    styles = " ".join(sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
