from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from api.client import (
    Abstention,
    Answer,
    CausewayClient,
    Conflict,
    Confusions,
    DiagnosisRequest,
    Drift,
    EntryOutcomes,
    FeedbackRequest,
    InvalidRequest,
    NotFound,
    Solved,
    Unanswered,
    Verdict,
    Volume,
)
from api.shapes.insights import Insight

SYMPTOM = "nothing arrives anywhere, port 25 timed out"
CAUSE = "port-25-blocked-by-provider"


def test_diagnosis_is_found_again(causeway: CausewayClient) -> None:
    diagnosis = causeway.diagnose(SYMPTOM)

    kept = causeway.get_diagnosis(diagnosis.id)

    assert (kept.id, kept.symptom, kept.causes, kept.feedback) == (diagnosis.id, SYMPTOM, diagnosis.causes, ())


def test_answer_refines_the_diagnosis(causeway: CausewayClient) -> None:
    diagnosis = causeway.diagnose(SYMPTOM)

    refined = causeway.answer(diagnosis.id, {"port-25-blocked": Answer.NO})

    assert refined.id == diagnosis.id
    assert refined.causes[0].probability < diagnosis.causes[0].probability
    assert causeway.get_diagnosis(diagnosis.id).answers == {"port-25-blocked": Answer.NO}


def test_feedback_is_kept_with_the_diagnosis(causeway: CausewayClient) -> None:
    diagnosis = causeway.diagnose(SYMPTOM)

    given = causeway.feedback(diagnosis.id, FeedbackRequest(entry_id=CAUSE, verdict=Verdict.SOLVED, actor="me"))

    assert list(causeway.list_feedback(diagnosis.id)) == [given]
    assert [said.verdict for said in causeway.get_diagnosis(diagnosis.id).feedback] == [Verdict.SOLVED]


def test_feedback_that_is_sent_again_with_its_key_is_answered_as_before(causeway: CausewayClient) -> None:
    diagnosis = causeway.diagnose(SYMPTOM)
    said = FeedbackRequest(entry_id=CAUSE, verdict=Verdict.SOLVED)
    key = f"key of {diagnosis.id}"

    first = causeway.feedback(diagnosis.id, said, idempotency_key=key)
    again = causeway.feedback(diagnosis.id, said, idempotency_key=key)

    assert again == first
    assert list(causeway.list_feedback(diagnosis.id)) == [first]


def test_batch_answers_each_request_or_says_what_is_wrong_with_it(causeway: CausewayClient) -> None:
    good, bad, filtered = causeway.batch([SYMPTOM, "🙂", DiagnosisRequest(symptom=SYMPTOM, top_k=1)])

    assert good.diagnosis is not None
    assert good.diagnosis.causes[0].entry_id == CAUSE
    assert bad.problem is not None
    assert bad.problem.detail.startswith("there is nothing to read in this symptom")
    assert filtered.diagnosis is not None
    assert len(filtered.diagnosis.causes) == 1


@pytest.mark.parametrize("requests", [0, 101])
def test_batch_of_no_or_too_many_requests_is_not_even_sent(causeway: CausewayClient, requests: int) -> None:
    with pytest.raises(InvalidRequest, match=r"^this can't be sent: requests: Tuple should have at"):
        causeway.batch([SYMPTOM] * requests)


def test_document_is_stored_changed_listed_and_removed(causeway: CausewayClient) -> None:
    first = causeway.put_document("guilds", "1", {"channel": "help", "replies": 3})
    causeway.put_document("guilds", "2", {})
    second = causeway.put_document("guilds", "1", {"channel": "support"}, etag=first.etag)

    assert causeway.document("guilds", "1") == second
    assert [(document.key, document.body) for document in causeway.documents("guilds")] == [
        ("1", {"channel": "support"}),
        ("2", {}),
    ]
    causeway.delete_document("guilds", "1", etag=second.etag)
    causeway.delete_document("guilds", "2")
    assert list(causeway.documents("guilds")) == []


def test_of_two_that_create_a_document_one_is_told_that_it_exists(causeway: CausewayClient) -> None:
    document = causeway.put_document("threads", "7", {"by": "first"}, create_only=True)

    with pytest.raises(Conflict, match="exists already"):
        causeway.put_document("threads", "7", {"by": "second"}, create_only=True)

    assert causeway.document("threads", "7") == document
    causeway.delete_document("threads", "7")


def test_document_that_somebody_else_changed_is_neither_replaced_nor_removed(causeway: CausewayClient) -> None:
    read = causeway.put_document("guilds", "9", {})
    changed = causeway.put_document("guilds", "9", {"channel": "help"})

    with pytest.raises(Conflict):
        causeway.put_document("guilds", "9", {"channel": "other"}, etag=read.etag)
    with pytest.raises(Conflict):
        causeway.delete_document("guilds", "9", etag=read.etag)

    assert causeway.document("guilds", "9") == changed
    causeway.delete_document("guilds", "9")


def test_lists_go_on_over_all_pages(causeway: CausewayClient) -> None:
    keys = [f"{number:03}" for number in range(101)]
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda key: causeway.put_document("many", key, {}), keys))

    assert [document.key for document in causeway.documents("many")] == keys


def test_what_is_not_there_is_told(causeway: CausewayClient) -> None:
    with pytest.raises(NotFound):
        causeway.get_diagnosis("0" * 32)
    with pytest.raises(NotFound):
        causeway.answer("0" * 32, {"disk-full": Answer.YES})
    with pytest.raises(NotFound):
        causeway.document("guilds", "404")


@pytest.mark.parametrize("kind", [Abstention, Confusions, Drift, EntryOutcomes, Solved, Unanswered, Volume])
def test_maintainers_learn_from_what_was_asked(causeway: CausewayClient, kind: type[Insight]) -> None:
    now = datetime.now(UTC)

    assert isinstance(causeway.insight(kind), kind)
    assert causeway.insight(kind, now - timedelta(days=90), now).since == now - timedelta(days=90)
