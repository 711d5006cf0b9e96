"""The API as the bot sees it: the parts of its answers that a message shows."""

from types import TracebackType
from typing import Self

import httpx
from pydantic import BaseModel, ValidationError

from bot.errors import ApiRefused, ApiUnreachable

TIMEOUT_SECONDS = 20.0
_REFUSALS = (httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.UNPROCESSABLE_ENTITY)
"""What the API answers when the symptom itself is at fault; another error is nothing that its author can mend."""


class Reason(BaseModel):
    """Why a cause is listed."""

    quote: str
    matched: str


class Code(BaseModel):
    """A snippet."""

    sdk: str
    source: str


class FixStep(BaseModel):
    """One thing to do."""

    text: str
    code: list[Code]


class Link(BaseModel):
    """A page that says more."""

    title: str
    url: str


class Cause(BaseModel):
    """One candidate."""

    entry_id: str
    title: str
    probability: float
    reasons: list[Reason]
    summary: str
    confirm: list[str]
    fix: list[FixStep]
    links: list[Link]


class FollowUp(BaseModel):
    """The question that would narrow the causes most."""

    question: str
    how_to_look: str


class Diagnosis(BaseModel):
    """An answer of the API."""

    id: str
    confidence: str
    message: str
    causes: list[Cause]
    follow_up: FollowUp | None


class _Problem(BaseModel):
    """Why the API refuses a request (RFC 9457)."""

    detail: str


class ApiClient:
    """Asks the Causeway API; an async context manager that closes its connections."""

    def __init__(self, base_url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._base_url = base_url
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def diagnose(self, symptom: str, top_k: int = 3) -> Diagnosis:
        """Ask for the causes of a symptom.

        :raises ApiRefused: if the API says that this can't be answered.
        :raises ApiUnreachable: if there is no answer.
        """
        try:
            response = await self._http.post("/v1/diagnoses", json={"symptom": symptom, "top_k": top_k})
            if response.status_code in _REFUSALS:
                raise ApiRefused(_Problem.model_validate_json(response.content).detail)
            response.raise_for_status()
            return Diagnosis.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise ApiUnreachable(f"no answer from {self._base_url}: {error}") from error
