"""Shapes of `/v1/findings`."""

from pydantic import BaseModel


class FindingQuestion(BaseModel):
    """A fact that tells causes apart, as it is asked for."""

    id: str
    question: str
    how_to_look: str


class FindingList(BaseModel):
    """All of them, in the order of the knowledge base."""

    findings: list[FindingQuestion]
