"""`/v1/admin`: what an operator does to a running service."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from api.dependencies import CurrentServedIndex
from api.index_reload import ReloadOutcome
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires

router = APIRouter(prefix="/v1/admin", tags=["admin"], dependencies=[requires(Scope.ADMIN)])


class Reload(BaseModel):
    """Which index answers now, and whether it is a new one."""

    outcome: Literal[ReloadOutcome.RELOADED, ReloadOutcome.UNCHANGED]
    index_id: str


@router.post("/reload", responses=problem_schema(HTTPStatus.CONFLICT))
def reload_index(served: CurrentServedIndex) -> Reload:
    """Serve the published index from now on, without waiting until it is noticed.

    If it can't be used, the index before it goes on answering, and the problem says what is wrong.
    """
    outcome = served.reload()
    if outcome is ReloadOutcome.REFUSED:
        raise HTTPException(HTTPStatus.CONFLICT, f"the published index is refused: {served.refusal}")
    return Reload(outcome=outcome, index_id=served.diagnoser.index.manifest.id)
