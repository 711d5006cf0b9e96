"""What endpoints ask for by type."""

from typing import Annotated

from fastapi import Depends, Request

from api.index_reload import ServedIndex
from api.store.database import Database
from api.telemetry.metrics import Metrics
from retrieval import Diagnoser


# Async, though they wait for nothing: the framework would run them in a thread otherwise, which takes longer.
async def _served_index(request: Request) -> ServedIndex:
    served: ServedIndex = request.app.state.served_index
    return served


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


CurrentMetrics = Annotated[Metrics, Depends(_metrics)]
CurrentServedIndex = Annotated[ServedIndex, Depends(_served_index)]
CurrentDatabase = Annotated[Database, Depends(_database)]


async def _diagnoser(served: CurrentServedIndex) -> Diagnoser:
    return served.diagnoser


# Computed once a request: whatever is reloaded meanwhile, its answer comes from one index.
CurrentDiagnoser = Annotated[Diagnoser, Depends(_diagnoser)]
