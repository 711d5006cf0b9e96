"""What evidence proves decides, whatever the user's words suggest."""

import dataclasses

import pytest

from indexer.artifact import Index
from kb.schema import ParsedEvidence, Proof
from retrieval import Answer, Diagnoser, Diagnosis, DiagnosisRequest, Evidence
from retrieval.diagnosis import DecidedBy, Signal

SUGGESTS_PORT_25 = "sending mail to gmail times out"
FULL = "ERROR /dev/sda1 at 100 %"
HALF_EMPTY = "INFO /dev/sda1 at 51 %"
DISK, PORT = "disk-full-stops-queue", "port-25-blocked-by-provider"


@pytest.fixture(scope="module")
def prover(small_index: Index) -> Diagnoser:
    """Answers from an index in which a line of a log proves whether the disk is full."""
    proofs = ParsedEvidence(holds=(Proof(log=r"sda1 at 100 %"),), fails=(Proof(log=r"sda1 at [1-9]?\d %"),))
    finding = small_index.findings["disk-full"].model_copy(update={"evidence": proofs})
    return Diagnoser(dataclasses.replace(small_index, findings={**small_index.findings, "disk-full": finding}))


def ask(diagnoser: Diagnoser, symptom: str, log: str, **answers: Answer) -> Diagnosis:
    evidence = (Evidence(name="server.log", text=log),)
    named = {finding_id.replace("_", "-"): answer for finding_id, answer in answers.items()}
    return diagnoser.diagnose(DiagnosisRequest(symptom=symptom, evidence=evidence, answers=named))


def test_a_proved_cause_is_first_whatever_the_words_suggest(prover: Diagnoser) -> None:
    suspected = prover.diagnose(DiagnosisRequest(symptom=SUGGESTS_PORT_25)).causes[0]
    assert (suspected.entry_id, suspected.probability > 0.9) == (PORT, True)

    assert ask(prover, SUGGESTS_PORT_25, FULL).causes[0].entry_id == DISK


def test_what_is_proved_impossible_is_ruled_out_with_the_line_that_does(prover: Diagnoser) -> None:
    (ruled_out,) = ask(prover, SUGGESTS_PORT_25, FULL).ruled_out

    assert (ruled_out.entry_id, ruled_out.finding_id, ruled_out.holds) == (PORT, "disk-full", True)
    assert (ruled_out.quote, ruled_out.where) == (FULL, "server.log, line 1")


def test_a_cause_whose_mark_is_proved_absent_is_not_listed(prover: Diagnoser) -> None:
    answer = ask(prover, "mail to others waits", HALF_EMPTY)

    assert DISK not in [cause.entry_id for cause in answer.causes]
    assert [cause.entry_id for cause in answer.ruled_out] == [DISK]


def test_a_proof_is_a_reason_with_its_line_and_place(prover: Diagnoser) -> None:
    disk = ask(prover, SUGGESTS_PORT_25, FULL).causes[0]

    (reason,) = [reason for reason in disk.reasons if reason.signal is Signal.FINDINGS]
    assert (reason.quote, reason.where) == (FULL, "server.log, line 1")
    assert reason.matched == "Is the disk of the mail server full?"
    ratio = prover.beliefs.log_likelihood_ratios({"disk-full": True}, DecidedBy.EVIDENCE)
    assert reason.weight == pytest.approx(ratio[list(prover.index.entries).index(DISK)], abs=0.01)


def test_evidence_is_believed_more_than_the_user(prover: Diagnoser) -> None:
    denied = ask(prover, SUGGESTS_PORT_25, FULL, disk_full=Answer.NO)

    assert denied.causes[0].entry_id == DISK
    assert {finding.id: (finding.holds, finding.decided_by) for finding in denied.findings} == {
        "disk-full": (True, DecidedBy.EVIDENCE)
    }


def test_what_is_proved_is_not_asked(prover: Diagnoser) -> None:
    torn = "mail stopped overnight, messages wait in the queue"
    asked = ask(prover, torn, "nothing to see", port_25_blocked=Answer.UNKNOWN).follow_up
    assert asked is not None
    assert asked.finding_id == "disk-full"

    proved = ask(prover, torn, HALF_EMPTY, port_25_blocked=Answer.UNKNOWN).follow_up

    assert proved is None or proved.finding_id != "disk-full"
