"""What endpoints ask for by type."""

from typing import Annotated

from fastapi import Depends, Request

from retrieval import Diagnoser


def _diagnoser(request: Request) -> Diagnoser:
    diagnoser: Diagnoser = request.app.state.diagnoser
    return diagnoser


CurrentDiagnoser = Annotated[Diagnoser, Depends(_diagnoser)]
