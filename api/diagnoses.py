"""`/v1/diagnoses`: symptom in, causes out."""

from http import HTTPStatus

from fastapi import APIRouter

from api.dependencies import CurrentDiagnoser
from api.problems import problem_schema
from retrieval import Diagnosis, DiagnosisRequest

router = APIRouter(prefix="/v1/diagnoses", tags=["diagnoses"])


# Not async: the framework then runs it in a thread, and the event loop stays free while an answer is computed.
@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=problem_schema(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def create_diagnosis(request: DiagnosisRequest, diagnoser: CurrentDiagnoser) -> Diagnosis:
    """Rank the likely causes of a symptom.

    An unsure answer still lists its candidates, marked as such by `confidence`. To refine an answer, ask again with the
    answer to `follow_up` in `answers`.
    """
    return diagnoser.diagnose(request)
