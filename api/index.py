"""`/v1/index`: which index answers."""

from datetime import UTC, datetime

from fastapi import APIRouter

from api.dependencies import CurrentDiagnoser
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.index import IndexDescription

router = APIRouter(prefix="/v1/index", tags=["index"], dependencies=[requires(Scope.READ)])


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
        examples=vocabulary.examples,
        sections=vocabulary.sections,
        platforms=vocabulary.platforms,
        sdks={sdk_id: sdk.title for sdk_id, sdk in vocabulary.sdks.items()},
        tools={tool_id: tool.title for tool_id, tool in vocabulary.tools.items()},
        token_transports=vocabulary.token_transports,
    )
