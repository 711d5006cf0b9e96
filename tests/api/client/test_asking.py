import subprocess
import sys

import pytest

from api.client import (
    Answer,
    AsyncCausewayClient,
    CausewayClient,
    DiagnosisRequest,
    Evidence,
    Filters,
    InvalidRequest,
    NotFound,
    UnexpectedAnswer,
)
from causeway import LIBRARIES_OF_EXTRAS
from indexer.artifact import Index
from retrieval import Diagnoser
from tests.api.client.conftest import Connect
from tests.api.client.scripted_service import Reply, scripted

SYMPTOM = "nothing arrives anywhere, port 25 timed out"


def test_diagnosis_has_everything_that_the_service_says(causeway: CausewayClient, diagnoser: Diagnoser) -> None:
    diagnosis = causeway.diagnose(SYMPTOM)

    said = diagnoser.diagnose(DiagnosisRequest(symptom=SYMPTOM))
    assert diagnosis.model_copy(update={"id": said.id}) == said


def test_request_takes_evidence_answers_and_filters(causeway: CausewayClient) -> None:
    log = Evidence(name="log", text="write failed: No space left on device")
    request = DiagnosisRequest(
        symptom="what is this?",
        evidence=(log,),
        answers={"port-25-blocked": Answer.NO},
        filters=Filters(section=("delivery",)),
        top_k=1,
    )

    diagnosis = causeway.diagnose(request)

    assert [cause.entry_id for cause in diagnosis.causes] == ["disk-full-stops-queue"]
    assert {(finding.id, finding.where) for finding in diagnosis.findings} == {
        ("disk-full", "log"),
        ("port-25-blocked", "your answer"),
    }


def test_symptom_may_have_any_letters(causeway: CausewayClient) -> None:
    assert causeway.diagnose("Störung: nothing arrives 🙂 \x00 <&>\"'").causes != ()


def test_findings_are_told_as_questions(causeway: CausewayClient, small_index: Index) -> None:
    questions = {finding.id: finding.question for finding in causeway.findings()}

    assert questions == {finding.id: finding.question for finding in small_index.findings.values()}


def test_entries_are_listed_whole_or_by_section(causeway: CausewayClient, small_index: Index) -> None:
    assert [entry.id for entry in causeway.entries()] == list(small_index.entries)
    assert {entry.section for entry in causeway.entries(filters=Filters(section=("login",)))} == {"login"}


def test_entries_are_found_by_words_and_by_errors(causeway: CausewayClient) -> None:
    assert next(iter(causeway.entries("certificate"))).id == "certificate-expired-on-server"
    assert next(iter(causeway.entries(error="Authentication credentials invalid"))).id == "password-hash-outdated"


def test_entry_is_the_one_of_the_knowledge_base(causeway: CausewayClient, small_index: Index) -> None:
    assert causeway.entry("disk-full-stops-queue") == small_index.entries["disk-full-stops-queue"]


@pytest.mark.parametrize("entry_id", ["disk-full", "../index", "a/b", "?section=login", "ü"])
def test_unknown_entry_is_told_with_the_explanation_of_the_service(causeway: CausewayClient, entry_id: str) -> None:
    with pytest.raises(NotFound) as caught:
        causeway.entry(entry_id)

    assert caught.value.problem is not None
    assert caught.value.problem.status == 404


def test_index_is_the_one_that_answers(causeway: CausewayClient, small_index: Index) -> None:
    index = causeway.index()

    assert (index.id, index.counts) == (small_index.manifest.id, small_index.manifest.counts)
    assert index.encoder == small_index.manifest.encoder


def test_a_service_that_can_answer_says_so(causeway: CausewayClient, small_index: Index) -> None:
    readiness = causeway.readiness()

    assert (readiness.index_id, readiness.degraded) == (small_index.manifest.id, None)


def test_symptom_without_words_is_refused_with_the_explanation_of_the_service(causeway: CausewayClient) -> None:
    with pytest.raises(InvalidRequest, match=r"^there is nothing to read in this symptom: describe in words what you"):
        causeway.diagnose("🙂")


@pytest.mark.parametrize(
    ("symptom", "reason"),
    [("x" * 100_001, "String should have at most 100000 characters"), ("\ud800", "unable to parse raw data")],
    ids=["too long", "half a letter"],
)
def test_text_that_can_be_no_symptom_is_not_even_sent(causeway: CausewayClient, symptom: str, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^this can't be sent: symptom: .*{reason}"):
        causeway.diagnose(symptom)


def test_base_url_may_have_a_path(connect: Connect) -> None:
    with (
        scripted(Reply(404)) as service,
        connect(f"{service.url}/behind/a/proxy/") as causeway,
        pytest.raises(UnexpectedAnswer),
    ):
        causeway.index()

    assert service.asked[0].path == "/behind/a/proxy/v1/index"


def test_api_key_is_sent_with_every_request(connect: Connect) -> None:
    with (
        scripted(Reply(404)) as service,
        connect(service.url, "cw_secret") as causeway,
        pytest.raises(UnexpectedAnswer),
    ):
        causeway.index()

    assert service.asked[0].headers["authorization"] == "Bearer cw_secret"


def test_fields_of_a_newer_service_are_ignored(connect: Connect, diagnoser: Diagnoser) -> None:
    said = diagnoser.diagnose(DiagnosisRequest(symptom=SYMPTOM))
    newer = said.model_dump_json().replace('{"', '{"new":[1],"')

    with scripted(Reply(201, newer)) as service, connect(service.url) as causeway:
        assert causeway.diagnose(SYMPTOM) == said


def test_both_clients_offer_the_same() -> None:
    def offered(client: type) -> set[str]:
        return {name for name in vars(client) if not name.startswith("_")}

    assert offered(CausewayClient) == offered(AsyncCausewayClient)


def test_client_imports_nothing_of_what_the_service_is_made_of() -> None:
    code = "import sys, api.client; print(*{name.partition('.')[0] for name in sys.modules})"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    imported = set(result.stdout.split())
    assert {"api", "httpx", "pydantic"} <= imported
    assert imported.isdisjoint(LIBRARIES_OF_EXTRAS["serve"])
