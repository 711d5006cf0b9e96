"""`/v1/feedback`: what people say about the causes of diagnoses."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import TypeAdapter

from api.cursors import Cursor, CursorKind
from api.dependencies import CurrentDatabase, CurrentDiagnoser
from api.idempotency import OnlyOnce, Prepared
from api.problems import problem_schema
from api.redaction import redact_text
from api.security.keys import Scope
from api.security.scopes import CurrentCaller, requires
from api.shapes.feedback import FeedbackPage, FeedbackRequest, Role, StoredFeedback
from api.store import diagnoses as stored_diagnoses
from api.store import feedback as stored
from api.store.replies import Reply

router = APIRouter(prefix="/v1", tags=["feedback"])

_CURSORS = CursorKind(TypeAdapter(stored.PageKey))


@router.post(
    "/diagnoses/{diagnosis_id}/feedback",
    status_code=HTTPStatus.CREATED,
    response_model=StoredFeedback,
    dependencies=[requires(Scope.FEEDBACK)],
    responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def give_feedback(
    diagnosis_id: str,
    request: FeedbackRequest,
    caller: CurrentCaller,
    diagnoser: CurrentDiagnoser,
    database: CurrentDatabase,
    once: OnlyOnce,
) -> Response:
    """Say whether a cause was it; what the same actor said about the same entry before is replaced.

    What staff says counts as confirmed, so that it needs a key with the scope `documents` as well, as clients have that
    know who is staff.
    """
    if request.role is Role.STAFF and not caller.may(Scope.DOCUMENTS):
        raise HTTPException(HTTPStatus.FORBIDDEN, "the role 'staff' needs a key with the scope 'documents' as well")

    def prepare() -> Prepared:
        diagnosis = database.read(lambda connection: stored_diagnoses.get(connection, diagnosis_id))
        listed = {cause.entry_id for cause in diagnosis.diagnosis.causes}
        if request.entry_id not in listed | diagnoser.index.entries.keys():
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"there is no entry '{request.entry_id}'")
        feedback = stored.feedback_of(diagnosis, request, comment=redact_text(request.comment), now=datetime.now(UTC))
        reply = Reply(HTTPStatus.CREATED, feedback.model_dump_json())
        return reply, lambda connection: stored.put(database, connection, feedback)

    return once.reply_to(request, prepare)


@router.get(
    "/feedback",
    dependencies=[requires(Scope.ADMIN)],
    responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def list_feedback(
    database: CurrentDatabase,
    diagnosis_id: Annotated[
        str | None, Query(pattern="^[0-9a-f]{32}$", description="Only what was said about this diagnosis.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = None,
) -> FeedbackPage:
    """List feedback, newest first."""
    after = _CURSORS.decode(cursor) if cursor else None
    found = database.read(lambda connection: stored.page(connection, limit + 1, after, diagnosis_id))
    page = found[:limit]
    more = len(found) > limit
    return FeedbackPage(
        feedback=tuple(page), next_cursor=_CURSORS.encode((page[-1].created_at, page[-1].id)) if more else None
    )
