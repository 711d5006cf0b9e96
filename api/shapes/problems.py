"""Shapes of errors (RFC 9457)."""

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class InvalidField(BaseModel):
    """One thing wrong with a request."""

    pointer: str = Field(description="Where: the path of the field in the request.", examples=["body/symptom"])
    detail: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no entry 'cors'"])
    errors: list[InvalidField] = []
