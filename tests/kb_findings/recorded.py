"""Evidence to decide findings by, written short and read by the real readers."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kb import KnowledgeBase, load_knowledge_base
from retrieval.diagnosis import Evidence, ObservedFinding
from retrieval.evidence import EvidenceDetectors
from retrieval.evidence.reading import read_evidence

KB = Path(__file__).parents[2] / "kb"
API, PAGE = "https://api.example.com", "https://app.example.com"
Entry = dict[str, Any]
Arguments = dict[str, Any]
"""Of `call`."""


@cache
def knowledge_base() -> KnowledgeBase:
    return load_knowledge_base(KB)


@cache
def detectors() -> EvidenceDetectors:
    return EvidenceDetectors(knowledge_base().findings, knowledge_base().product_evidence)


def observed(*pieces: tuple[str, str]) -> dict[str, ObservedFinding]:
    """What is decided by pieces of evidence, each a name and a text."""
    artifacts = read_evidence("it fails", [Evidence(name=name, text=text) for name, text in pieces])
    return {finding.id: finding for finding in detectors().observe(artifacts)}


def decided(*pieces: tuple[str, str]) -> dict[str, bool]:
    return {finding_id: finding.holds for finding_id, finding in observed(*pieces).items()}


def har(*entries: Entry) -> tuple[str, str]:
    """A recording by a browser, of these exchanges at intervals of a second."""
    for second, entry in enumerate(entries):
        entry["startedDateTime"] = f"2026-11-30T07:{second // 60:02}:{second % 60:02}.000Z"
    return "session.har", json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": entries}}
    )


def call(
    request: str,
    status: int,
    *,
    page: str = PAGE,
    headers: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    set_cookies: Sequence[str] = (),
    sent: object = None,
    received: object = None,
    kind: str = "fetch",
) -> Entry:
    """One exchange. `request`: method and URL; a path is the API's. `sent` and `received`: JSON, or text as it is."""
    method, url = request.split(" ", 1)
    url = API + url if url.startswith("/") else url
    request_headers = {"user-agent": "Mozilla/5.0", "origin": page, "referer": f"{page}/", **(headers or {})}
    response_headers = [*(answers or {}).items(), *(("set-cookie", line) for line in set_cookies)]
    entry: Entry = {
        "_resourceType": kind,
        "time": 20,
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": name, "value": value} for name, value in request_headers.items() if value],
            "cookies": [],
        },
        "response": {
            "status": status,
            "statusText": "",
            "headers": [{"name": name, "value": value} for name, value in response_headers],
            "cookies": [],
            "content": {"mimeType": (answers or {}).get("content-type", "application/json"), "text": _text(received)},
        },
    }
    if sent is not None:
        entry["request"]["postData"] = {"mimeType": "application/json", "text": _text(sent)}
    return entry


def _text(body: object) -> str:
    return body if isinstance(body, str) else "" if body is None else json.dumps(body)


FRONT_TOKEN = "eyJ1aWQiOiI3ZjJjIiwiYXRlIjoxNzk2MDIwMDAwMDAwLCJ1cCI6e319"  # ends before the recordings begin
CORS = {"access-control-allow-origin": PAGE, "access-control-allow-credentials": "true"}
EXPOSED = {**CORS, "access-control-expose-headers": "front-token", "front-token": FRONT_TOKEN}
BY_SDK = {"st-auth-mode": "cookie", "rid": "anti-csrf"}
ACCESS = f"sAccessToken=eyJ{'a' * 900}; Path=/; HttpOnly; Secure; SameSite=Lax"
REFRESH = "sRefreshToken=r1; Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax"
TRY_REFRESH = {"message": "try refresh token"}
UNAUTHORISED = {"message": "unauthorised"}


def sign_in(**changes: Any) -> Entry:  # noqa: ANN401
    """A sign-in as it should be, but for `changes` to the arguments of `call`."""
    arguments: dict[str, Any] = {
        "request": "POST /auth/signin",
        "status": 200,
        "headers": BY_SDK,
        "answers": EXPOSED,
        "set_cookies": [ACCESS, REFRESH],
        "received": {"status": "OK"},
    }
    return call(**{**arguments, **changes})


def refresh(**changes: Any) -> Entry:  # noqa: ANN401
    """A refresh as it should be, but for `changes` to the arguments of `call`."""
    arguments: dict[str, Any] = {
        "request": "POST /auth/session/refresh",
        "status": 200,
        "headers": {**BY_SDK, "cookie": "sRefreshToken=r1"},
        "answers": EXPOSED,
        "set_cookies": [ACCESS, REFRESH],
        "received": {},
    }
    return call(**{**arguments, **changes})


def preflight(**changes: Any) -> Entry:  # noqa: ANN401
    """A preflight as it should be answered, but for `changes` to the arguments of `call`."""
    arguments: dict[str, Any] = {
        "request": "OPTIONS /auth/signin",
        "status": 204,
        "kind": "preflight",
        "headers": {
            "access-control-request-method": "PUT",
            "access-control-request-headers": "content-type,rid,st-auth-mode",
        },
        "answers": {
            **CORS,
            "access-control-allow-headers": "content-type,rid,st-auth-mode",
            "access-control-allow-methods": "GET,PUT",
        },
    }
    return call(**{**arguments, **changes})


class Case(NamedTuple):
    """What evidence says about one finding: that it holds, that it doesn't, or (None) not that it holds."""

    finding: str
    holds: bool | None
    pieces: tuple[tuple[str, str], ...]


def holds(finding: str, *evidence: Entry | tuple[str, str]) -> Case:
    """Evidence, exchanges of one recording or pieces, that proves a finding."""
    return Case(finding, True, _pieces(evidence))


def fails(finding: str, *evidence: Entry | tuple[str, str]) -> Case:
    """Evidence that proves that a finding doesn't hold."""
    return Case(finding, False, _pieces(evidence))


def near_miss(finding: str, *evidence: Entry | tuple[str, str]) -> Case:
    """Evidence that looks like a proof and is none."""
    return Case(finding, None, _pieces(evidence))


def _pieces(evidence: Sequence[Entry | tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    entries = [item for item in evidence if isinstance(item, dict)]
    pieces = [item for item in evidence if isinstance(item, tuple)]
    return (har(*entries), *pieces) if entries else tuple(pieces)


def console(message: str) -> tuple[str, str]:
    """A line of a browser's console."""
    return "console.log", f"main.4be1d2.js:2 {message}\n"


def debug_log(message: str) -> tuple[str, str]:
    """A line of a backend's log."""
    return "api.log", f"2026-11-30T07:46:49.351Z ERROR {message}\n"
