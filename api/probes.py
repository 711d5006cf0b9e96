"""Liveness, readiness and metrics, for whoever runs the service."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.dependencies import CurrentDatabase, CurrentMetrics, CurrentServedIndex
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.probes import Health, Readiness

router = APIRouter(tags=["probes"])


@router.get("/healthz")
async def get_health() -> Health:
    """Whether the process is alive."""
    return Health()


@router.get("/readyz", responses=problem_schema(HTTPStatus.SERVICE_UNAVAILABLE))
def get_readiness(served: CurrentServedIndex, database: CurrentDatabase) -> Readiness:
    """Whether symptoms can be answered and the answers stored, and from which index."""
    database.ping()
    return Readiness(index_id=served.diagnoser.index.manifest.id, degraded=served.refusal)


class _Exposition(Response):
    """Metrics in Prometheus' text format."""

    media_type = CONTENT_TYPE_LATEST


@router.get("/metrics", response_class=_Exposition, dependencies=[requires(Scope.READ)])
async def get_metrics(metrics: CurrentMetrics) -> _Exposition:
    """What was counted and timed since the start, for Prometheus."""
    return _Exposition(generate_latest(metrics.registry))
