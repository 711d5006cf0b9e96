"""Shapes of the probes."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The service can answer symptoms."""

    status: Literal["ready"] = "ready"
    index_id: str
    degraded: Annotated[str | None, Field(description="Why a newly published index is not the one that answers.")]
