"""Shapes of `/v1/index`."""

from datetime import datetime

from pydantic import BaseModel, Field

from indexer.encoders import EncoderIdentity
from indexer.manifest import Counts


class IndexDescription(BaseModel):
    """The index that is served."""

    id: str
    product: str
    built_at: datetime
    age_seconds: int = Field(description="Time since it was built, in seconds.")
    encoder: EncoderIdentity
    counts: Counts
    examples: tuple[str, ...] = Field(description="Symptoms that show what can be asked.")
    sections: dict[str, str] = Field(description="Section ids with their titles, as the following ones.")
    platforms: dict[str, str]
    sdks: dict[str, str]
    tools: dict[str, str] = Field(description="What code is written for beside the SDKs.")
    token_transports: dict[str, str]
