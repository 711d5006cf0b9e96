"""Liveness and readiness, for whoever runs the service."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.dependencies import CurrentServedIndex

router = APIRouter(tags=["probes"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The service can answer symptoms."""

    status: Literal["ready"] = "ready"
    index_id: str
    degraded: Annotated[str | None, Field(description="Why a newly published index is not the one that answers.")]


@router.get("/healthz")
def get_health() -> Health:
    """Whether the process is alive."""
    return Health()


@router.get("/readyz")
def get_readiness(served: CurrentServedIndex) -> Readiness:
    """Whether symptoms can be answered, and from which index."""
    return Readiness(index_id=served.diagnoser.index.manifest.id, degraded=served.refusal)
