"""`/v1/findings`: what the ids in answers, proofs and rankings stand for."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.dependencies import CurrentDiagnoser
from api.etags import NOT_MODIFIED, IfNoneMatch, index_etag, is_known, kept_until_it_changes, not_modified
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.findings import FindingList, FindingQuestion

router = APIRouter(prefix="/v1/findings", tags=["findings"], dependencies=[requires(Scope.READ)])


@router.get("", response_model=FindingList, responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY) | NOT_MODIFIED)
def list_findings(
    diagnoser: CurrentDiagnoser, response: Response, if_none_match: IfNoneMatch = None
) -> FindingList | Response:
    """List the findings, with the question for each and how to look."""
    etag = index_etag(diagnoser.index)
    if is_known(etag, if_none_match):
        return not_modified(kept_until_it_changes(etag))
    response.headers.update(kept_until_it_changes(etag))
    return FindingList(
        findings=[
            FindingQuestion(id=finding.id, question=finding.question, how_to_look=finding.how_to_look)
            for finding in diagnoser.index.findings.values()
        ]
    )
