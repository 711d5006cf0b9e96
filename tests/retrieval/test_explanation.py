import math

import pytest

from indexer.artifact import Index
from retrieval import Answer, Diagnoser, DiagnosisRequest
from retrieval.diagnosis import Cause, DecidedBy, Reason, Signal
from retrieval.explanation import QUOTE_CHARACTERS

SYMPTOM = """Hello everybody.
Why does sending to gmail time out from our server? We moved it last week.
connect to mx.example.com[192.0.2.7]:25: Connection timed out
The queue keeps growing."""


def causes(diagnoser: Diagnoser, symptom: str) -> dict[str, Cause]:
    return {cause.entry_id: cause for cause in diagnoser.diagnose(DiagnosisRequest(symptom=symptom)).causes}


def reasons(cause: Cause) -> dict[Signal, Reason]:
    return {reason.signal: reason for reason in cause.reasons}


@pytest.fixture(scope="module")
def blocked(diagnoser: Diagnoser) -> Cause:
    """A cause for which every signal speaks."""
    return causes(diagnoser, SYMPTOM)["port-25-blocked-by-provider"]


def test_every_signal_that_speaks_for_a_cause_is_a_reason(blocked: Cause) -> None:
    assert set(reasons(blocked)) == set(Signal)


@pytest.mark.parametrize("signal", Signal)
def test_a_reason_quotes_the_user(blocked: Cause, signal: Signal) -> None:
    assert reasons(blocked)[signal].quote in SYMPTOM


@pytest.mark.parametrize("signal", [Signal.DENSE, Signal.LEXICAL])
def test_a_reason_quotes_what_it_matched_in_the_entry(blocked: Cause, small_index: Index, signal: Signal) -> None:
    texts = {chunk.text for chunk in small_index.chunks if chunk.entry_id == blocked.entry_id}

    assert reasons(blocked)[signal].matched in texts


def test_similarity_quotes_the_sentence_that_is_closest(blocked: Cause) -> None:
    reason = reasons(blocked)[Signal.DENSE]

    assert reason.matched == "Why does sending to gmail time out from my server?"
    assert reason.quote == "Why does sending to gmail time out from our server?"


def test_an_error_quotes_the_pasted_message_and_the_template(blocked: Cause) -> None:
    reason = reasons(blocked)[Signal.ERRORS]

    assert reason.quote == "connect to mx.example.com[192.0.2.7]:25: Connection timed out"
    assert reason.matched == "connect to <host>[<address>]:25: Connection timed out"


def test_a_finding_quotes_the_line_that_proves_it_and_its_question(blocked: Cause) -> None:
    reason = reasons(blocked)[Signal.FINDINGS]

    assert (reason.quote, reason.matched) == ("The queue keeps growing.", "Does the outgoing queue grow?")


def test_the_strongest_reason_comes_first(blocked: Cause) -> None:
    weights = [reason.weight for reason in blocked.reasons]

    assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize("symptom", [SYMPTOM, "my phone does not trust the certificate", "But port 25 is open."])
def test_the_reasons_sum_to_the_score(diagnoser: Diagnoser, symptom: str) -> None:
    for cause in causes(diagnoser, symptom).values():
        assert sum(reason.weight for reason in cause.reasons) == pytest.approx(cause.score, abs=0.03)


def test_the_score_decides_between_two_causes(diagnoser: Diagnoser) -> None:
    first, second, *_ = diagnoser.diagnose(DiagnosisRequest(symptom="my mail is refused since the queue grows")).causes

    assert math.log(first.probability / second.probability) == pytest.approx(first.score - second.score, abs=0.05)


def test_what_speaks_against_a_cause_is_a_reason_of_negative_weight(diagnoser: Diagnoser) -> None:
    certificate = causes(diagnoser, SYMPTOM)["certificate-expired-on-server"]

    assert reasons(certificate)[Signal.LEXICAL].weight < 0
    assert certificate.score < 0


def test_a_finding_that_speaks_against_a_cause_is_quoted(diagnoser: Diagnoser) -> None:
    blocked = causes(diagnoser, "mail stopped.\nBut port 25 is open.")["port-25-blocked-by-provider"]

    reason = reasons(blocked)[Signal.FINDINGS]
    assert reason.weight < 0
    assert reason.quote == "But port 25 is open."


def test_identifiers_quote_the_names_that_user_and_entry_share(diagnoser: Diagnoser) -> None:
    blocked = causes(diagnoser, "Does server.relay help?")["port-25-blocked-by-provider"]

    assert reasons(blocked)[Signal.IDENTIFIERS].quote == "server.relay"


def test_a_signal_that_found_nothing_of_a_cause_is_no_reason(diagnoser: Diagnoser) -> None:
    password = causes(diagnoser, SYMPTOM)["password-hash-outdated"]

    assert Signal.ERRORS not in reasons(password)
    assert Signal.FINDINGS not in reasons(password)


def test_a_finding_that_did_not_lift_the_cause_is_not_quoted(diagnoser: Diagnoser) -> None:
    # With a full disk the queue grows rarely, as for any other cause.
    text = "mail stopped.\nThe queue keeps growing.\nThe log says no space left on device."

    disk = causes(diagnoser, text)["disk-full-stops-queue"]

    assert reasons(disk)[Signal.FINDINGS].quote == "The log says no space left on device."


def test_a_finding_that_only_speaks_against_others_is_not_quoted(diagnoser: Diagnoser) -> None:
    password = causes(diagnoser, "mail stopped, correct password refused.\nBut port 25 is open.")[
        "password-hash-outdated"
    ]

    assert Signal.FINDINGS not in reasons(password)


def test_an_answer_is_a_reason_for_the_cause_that_it_speaks_for(diagnoser: Diagnoser, small_index: Index) -> None:
    request = DiagnosisRequest(symptom="mail stopped overnight", answers={"disk-full": Answer.YES})

    (disk, *_) = diagnoser.diagnose(request).causes

    reason = reasons(disk)[Signal.FINDINGS]
    assert (reason.quote, reason.where) == ("yes", "your answer")
    assert reason.matched == small_index.findings["disk-full"].question
    ratio = diagnoser.beliefs.log_likelihood_ratios({"disk-full": True}, DecidedBy.ANSWER)
    assert reason.weight == pytest.approx(ratio[list(small_index.entries).index(disk.entry_id)], abs=0.01)


def test_an_answer_is_a_reason_against_the_cause_that_it_contradicts(diagnoser: Diagnoser) -> None:
    symptom = "No space left on device? mail stopped."
    request = DiagnosisRequest(symptom=symptom, answers={"disk-full": Answer.NO})

    (disk,) = [cause for cause in diagnoser.diagnose(request).causes if cause.entry_id == "disk-full-stops-queue"]

    # What the text seems to say of it no longer counts.
    (reason,) = [reason for reason in disk.reasons if reason.signal is Signal.FINDINGS]
    assert reason.quote == "no"
    assert reason.weight < 0
    assert disk.reasons[-1] == reason


def test_long_quotes_are_shortened(diagnoser: Diagnoser) -> None:
    stopped = causes(diagnoser, "mail stopped overnight " + "and again " * 100)["disk-full-stops-queue"]

    quote = reasons(stopped)[Signal.DENSE].quote
    assert len(quote) == QUOTE_CHARACTERS
    assert quote.startswith("mail stopped overnight and again")
    assert quote.endswith("…")


def test_quotes_are_one_line_each(diagnoser: Diagnoser) -> None:
    text = "queue manager: write failed:\n\n   No space left on device"

    disk = causes(diagnoser, text)["disk-full-stops-queue"]

    assert reasons(disk)[Signal.ERRORS].quote == "queue manager: write failed: No space left on device"
