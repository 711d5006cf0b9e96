"""Liveness and readiness, for whoever runs the service."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import CurrentDiagnoser

router = APIRouter(tags=["probes"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The service can answer symptoms."""

    status: Literal["ready"] = "ready"
    index_id: str


@router.get("/healthz")
def get_health() -> Health:
    """Whether the process is alive."""
    return Health()


@router.get("/readyz")
def get_readiness(diagnoser: CurrentDiagnoser) -> Readiness:
    """Whether symptoms can be answered, and from which index."""
    return Readiness(index_id=diagnoser.index.manifest.id)
