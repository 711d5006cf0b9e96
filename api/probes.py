"""Liveness and readiness, for whoever runs the service."""

from fastapi import APIRouter

from api.dependencies import CurrentServedIndex
from api.shapes.probes import Health, Readiness

router = APIRouter(tags=["probes"])


@router.get("/healthz")
def get_health() -> Health:
    """Whether the process is alive."""
    return Health()


@router.get("/readyz")
def get_readiness(served: CurrentServedIndex) -> Readiness:
    """Whether symptoms can be answered, and from which index."""
    return Readiness(index_id=served.diagnoser.index.manifest.id, degraded=served.refusal)
