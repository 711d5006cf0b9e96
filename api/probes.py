"""Liveness, readiness and metrics, for whoever runs the service."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.dependencies import CurrentMetrics, CurrentServedIndex
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.probes import Health, Readiness

router = APIRouter(tags=["probes"])


@router.get("/healthz")
async def get_health() -> Health:
    """Whether the process is alive."""
    return Health()


@router.get("/readyz")
async def get_readiness(served: CurrentServedIndex) -> Readiness:
    """Whether symptoms can be answered, and from which index."""
    return Readiness(index_id=served.diagnoser.index.manifest.id, degraded=served.refusal)


class _Exposition(Response):
    """Metrics in Prometheus' text format."""

    media_type = CONTENT_TYPE_LATEST


@router.get("/metrics", response_class=_Exposition, dependencies=[requires(Scope.READ)])
async def get_metrics(metrics: CurrentMetrics) -> _Exposition:
    """What was counted and timed since the start, for Prometheus."""
    return _Exposition(generate_latest(metrics.registry))
