import pytest

from kb.rendering import print_all
from kb.schema import FixStep, Link, Snippet
from retrieval import Answer, Diagnoser, Diagnosis, DiagnosisRequest
from retrieval.diagnosis import Reason, Signal, UnreadableEvidence
from retrieval.rendering import render_diagnosis, render_signals

LONG_URL = "https://pigeon.example/docs/" + "a-rather-long-page-name/" * 6 + "#and-its-part"
LONG_LINE = "pigeon set relay smtp.example.com:587 " + "--with-an-option-of-some-length " * 4 + "--end"


@pytest.fixture(scope="module")
def diagnosis(diagnoser: Diagnoser) -> Diagnosis:
    """A diagnosis with everything in it."""
    asked = diagnoser.diagnose(DiagnosisRequest(symptom="nothing arrives anywhere since this morning, mail stopped"))
    assert asked.follow_up is not None
    return asked


def printed(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> str:
    """What a pipe gets."""
    print_all(render_diagnosis(diagnosis))
    return capsys.readouterr().out


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_the_first_cause_is_told_in_full(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(diagnosis, capsys)

    first = diagnosis.causes[0]
    assert first.title in text
    assert first.summary in unwrapped(text)
    assert first.confirm[0].replace("`", "") in unwrapped(text)
    assert first.fix[0].text in unwrapped(text)
    assert first.fix[0].code[0].source in text
    assert str(first.links[0].url) in text


def test_reasons_show_the_users_words_beside_what_they_matched(
    diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]
) -> None:
    text = unwrapped(printed(diagnosis, capsys))

    for reason in diagnosis.causes[0].reasons:
        assert f"“{reason.quote}” ↔ “{reason.matched}”" in text


def test_evidence_that_could_not_be_read_is_named_with_the_reason(
    diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]
) -> None:
    unreadable = UnreadableEvidence(name="session.har", reason="it is cut off")

    text = printed(diagnosis.model_copy(update={"unreadable": (unreadable,)}), capsys)

    assert "session.har: it is cut off" in text
    assert "Not read" not in printed(diagnosis, capsys)


def test_other_candidates_have_their_title_and_id(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    text = unwrapped(printed(diagnosis, capsys))

    assert len(diagnosis.causes) == 4
    for cause in diagnosis.causes[1:]:
        assert cause.title in text
        assert cause.entry_id in text


def test_the_answer_begins_with_how_far_to_trust_it(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    assert unwrapped(printed(diagnosis, capsys)).startswith(
        f"{diagnosis.confidence.value.capitalize()}. {diagnosis.message}"
    )


def test_the_question_says_how_to_answer_it(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    text = unwrapped(printed(diagnosis, capsys))

    assert diagnosis.follow_up is not None
    assert diagnosis.follow_up.question in text
    assert diagnosis.follow_up.how_to_look.replace("`", "") in text
    assert f"--answer {diagnosis.follow_up.finding_id}=yes" in text


def test_a_pipe_gets_no_escape_codes(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in printed(diagnosis, capsys)


def test_addresses_and_code_are_never_broken(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    first = diagnosis.causes[0].model_copy(
        update={
            "links": (Link(title="Long", url=LONG_URL),),
            "fix": (FixStep(text="Set it.", code=(Snippet(sdk="shell", source=LONG_LINE),)),),
        }
    )

    lines = printed(diagnosis.model_copy(update={"causes": (first,)}), capsys).splitlines()

    assert LONG_URL in (line.strip() for line in lines)
    assert LONG_LINE in (line.strip() for line in lines)


def test_brackets_are_text_and_not_markup(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    first = diagnosis.causes[0].model_copy(update={"title": "[bold]cookies[0] is [red]unset"})

    assert "[bold]cookies[0] is [red]unset" in printed(diagnosis.model_copy(update={"causes": (first,)}), capsys)


def test_an_answer_without_causes_and_question_can_be_shown(
    diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = diagnosis.model_copy(update={"causes": (), "follow_up": None, "none_probability": 1.0})

    text = printed(nothing, capsys)

    assert "100%  none of the known causes" in text
    assert "One question would help" not in text


def test_signals_are_shown_as_a_table_of_all_causes(diagnoser: Diagnoser, capsys: pytest.CaptureFixture[str]) -> None:
    diagnosis = diagnoser.diagnose(DiagnosisRequest(symptom="queue manager: write failed: No space left on device"))

    print_all(render_signals(diagnosis))

    header, first, *_, none = capsys.readouterr().out.splitlines()
    lift = {reason.signal: round(reason.weight, 1) for reason in diagnosis.causes[0].reasons}
    assert header.split() == ["entry", "probability", *Signal, "sum"]
    assert first.split()[0] == "disk-full-stops-queue"
    *shown, total = [float(number) for number in first.split()[2:]]
    assert shown == [lift[signal] for signal in Signal if signal in lift]
    assert total == pytest.approx(diagnosis.causes[0].score, abs=0.06)
    assert none.split()[:-1] == ["none", "of", "the", "known", "causes"]


def test_what_rules_a_cause_out_is_told_with_it(diagnoser: Diagnoser, capsys: pytest.CaptureFixture[str]) -> None:
    symptom = "mail stopped overnight, messages wait in the queue"
    request = DiagnosisRequest(symptom=symptom, answers={"disk-full": Answer.NO})

    text = unwrapped(printed(diagnoser.diagnose(request), capsys))

    assert (
        "Ruled out The disk is full, so the queue manager stops “no” (your answer) "
        "↔ “Is the disk of the mail server full?” no"
    ) in text


def test_what_speaks_against_a_cause_is_no_reason_to_believe_it(
    diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]
) -> None:
    against = Reason(signal=Signal.FINDINGS, quote="no", matched="Is it on?", weight=-3.0, where="your answer")
    first = diagnosis.causes[0].model_copy(update={"reasons": (against,)})

    text = printed(diagnosis.model_copy(update={"causes": (first,)}), capsys)

    assert "Why" not in text
    assert "Is it on?" not in text


def test_a_reason_says_where_its_proof_stands(diagnosis: Diagnosis, capsys: pytest.CaptureFixture[str]) -> None:
    proof = Reason(
        signal=Signal.FINDINGS,
        quote="x-queue: 912",
        matched="Does the outgoing queue grow?",
        weight=3.0,
        where="status.har, response of GET /queue",
    )
    first = diagnosis.causes[0].model_copy(update={"reasons": (proof,)})

    text = unwrapped(printed(diagnosis.model_copy(update={"causes": (first,)}), capsys))

    assert "+3.0 “x-queue: 912” (status.har, response of GET /queue) ↔ “Does the outgoing queue grow?”" in text


def test_several_reasons_of_one_signal_are_summed_in_the_table(
    diagnoser: Diagnoser, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {"queue-grows": Answer.YES, "port-25-blocked": Answer.YES}
    diagnosis = diagnoser.diagnose(DiagnosisRequest(symptom="nothing arrives anywhere", answers=answers))

    print_all(render_signals(diagnosis))

    weights = [reason.weight for reason in diagnosis.causes[0].reasons if reason.signal is Signal.FINDINGS]
    assert len(weights) == 2
    assert capsys.readouterr().out.splitlines()[1].split()[-2] == f"{sum(weights):+.1f}"
