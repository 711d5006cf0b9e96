"""What endpoints ask for by type."""

from typing import Annotated

from fastapi import Depends, Request

from api.index_reload import ServedIndex
from retrieval import Diagnoser


def _served_index(request: Request) -> ServedIndex:
    served: ServedIndex = request.app.state.served_index
    return served


CurrentServedIndex = Annotated[ServedIndex, Depends(_served_index)]


def _diagnoser(served: CurrentServedIndex) -> Diagnoser:
    return served.diagnoser


# Computed once a request: whatever is reloaded meanwhile, its answer comes from one index.
CurrentDiagnoser = Annotated[Diagnoser, Depends(_diagnoser)]
