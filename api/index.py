"""`/v1/index`: which index answers."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.dependencies import CurrentDiagnoser
from indexer.artifact import Counts
from indexer.encoders import EncoderIdentity

router = APIRouter(prefix="/v1/index", tags=["index"])


class IndexDescription(BaseModel):
    """The index that is served."""

    id: str
    product: str
    built_at: datetime
    age_seconds: int = Field(description="Time since it was built, in seconds.")
    encoder: EncoderIdentity
    counts: Counts
    sections: dict[str, str] = Field(description="Section ids with their titles.")


@router.get("")
def get_index(diagnoser: CurrentDiagnoser) -> IndexDescription:
    """The index that is served: what it was built from, and when."""
    manifest, vocabulary = diagnoser.index.manifest, diagnoser.index.vocabulary
    return IndexDescription(
        id=manifest.id,
        product=vocabulary.product,
        built_at=manifest.built_at,
        age_seconds=int((datetime.now(UTC) - manifest.built_at).total_seconds()),
        encoder=manifest.encoder,
        counts=manifest.counts,
        sections=vocabulary.sections,
    )
