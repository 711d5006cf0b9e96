import dataclasses
import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from indexer.artifact import Index, load_index
from indexer.build import build_index
from indexer.encoders import Encoder
from indexer.publication import current_build
from kb import KnowledgeBase, ProductEvidence
from kb.schema import ParsedEvidence
from retrieval import (
    Answer,
    Confidence,
    Diagnoser,
    Diagnosis,
    DiagnosisRequest,
    Evidence,
    Filters,
    UnknownFilter,
    UnknownFinding,
    UnreadableSymptom,
    UnusableRanker,
)
from retrieval.diagnosis import DecidedBy, ObservedFinding
from retrieval.dialogue import MOST_QUESTIONS
from retrieval.evidence.model import Artifacts
from retrieval.ranking import read_ranker
from retrieval.symptom import read_symptom

VAGUE = "no mail since this morning"
TORN = "mail stopped overnight, messages wait in the queue"
"""Fits two entries, so that a question can tell them apart."""


def ask(diagnoser: Diagnoser, symptom: str = VAGUE, **more: Any) -> Diagnosis:  # noqa: ANN401 -- fields of the request
    return diagnoser.diagnose(DiagnosisRequest(symptom=symptom, **more))


def evidence(text: str, name: str = "server.log") -> tuple[Evidence, ...]:
    return (Evidence(name=name, text=text),)


def probabilities(diagnosis: Diagnosis) -> dict[str, float]:
    listed = {cause.entry_id: cause.probability for cause in diagnosis.causes}
    ruled_out = {cause.entry_id: cause.probability for cause in diagnosis.ruled_out}
    return listed | ruled_out | {"none": diagnosis.none_probability}


def entry_ids(diagnosis: Diagnosis) -> set[str]:
    return {cause.entry_id for cause in diagnosis.causes}


def all_phrasings(index: Index) -> dict[str, str]:
    return {text: entry.id for entry in index.entries.values() for text in (*entry.symptoms, *entry.errors)}


def test_every_phrasing_of_an_entry_finds_it_first(diagnoser: Diagnoser, small_index: Index) -> None:
    found = {text: ask(diagnoser, text).causes[0].entry_id for text in all_phrasings(small_index)}

    assert found == all_phrasings(small_index)


def test_a_cause_is_told_with_everything_needed_to_confirm_and_fix_it(diagnoser: Diagnoser, small_index: Index) -> None:
    cause = ask(diagnoser, "mail stopped overnight").causes[0]

    entry = small_index.entries["disk-full-stops-queue"]
    assert (cause.title, cause.section, cause.summary) == (entry.title, entry.section, entry.summary)
    assert (cause.confirm, cause.fix, cause.links) == (entry.confirm, entry.fix, entry.links)
    assert cause.url == "/v1/entries/disk-full-stops-queue"


def test_a_diagnosis_names_its_index_and_has_an_id_of_its_own(diagnoser: Diagnoser, small_index: Index) -> None:
    first, second = ask(diagnoser), ask(diagnoser)

    assert first.id != second.id
    assert first.index.id == small_index.manifest.id
    assert first.index.built_at == small_index.manifest.built_at


def test_causes_come_in_descending_probability(diagnoser: Diagnoser, small_index: Index) -> None:
    for text in all_phrasings(small_index):
        listed = [cause.probability for cause in ask(diagnoser, text).causes]
        assert listed == sorted(listed, reverse=True)


def test_all_probabilities_belong_to_one_distribution(diagnoser: Diagnoser, small_index: Index) -> None:
    for text in all_phrasings(small_index):
        assert sum(probabilities(ask(diagnoser, text, top_k=20)).values()) == pytest.approx(1.0, abs=0.001)


def test_probabilities_add_up_to_at_most_one(diagnoser: Diagnoser, small_index: Index) -> None:
    sums = {text: sum(probabilities(ask(diagnoser, text)).values()) for text in all_phrasings(small_index)}

    assert {text: total for text, total in sums.items() if total > 1 + 1e-9} == {}


def test_only_as_many_causes_are_listed_as_asked_for(diagnoser: Diagnoser) -> None:
    two, all_four = ask(diagnoser, top_k=2), ask(diagnoser, top_k=20)

    assert two.causes == all_four.causes[:2]
    assert two.none_probability == all_four.none_probability


def with_ranker(index: Index, **changes: float) -> Diagnoser:
    ranker = read_ranker(index.ranker).model_copy(update=changes)
    return Diagnoser(dataclasses.replace(index, ranker=ranker.model_dump_json().encode()))


@pytest.mark.parametrize(
    ("threshold", "confidence", "message"),
    [
        (0.01, Confidence.CONFIDENT, "The first cause explains this well."),
        (1.00, Confidence.LIKELY, "Probably one of these; confirm the first before you change anything."),
    ],
    ids=["confident", "likely"],
)
def test_the_fitted_threshold_decides_whether_the_first_cause_can_be_relied_on(
    small_index: Index, threshold: float, confidence: Confidence, message: str
) -> None:
    diagnosis = ask(with_ranker(small_index, confident_above=threshold), "correct password, still refused")

    assert (diagnosis.confidence, diagnosis.message) == (confidence, message)


def test_an_answer_is_likely_if_one_of_its_first_three_causes_probably_is_it(small_index: Index) -> None:
    diagnoser = with_ranker(small_index, confident_above=1.0)
    sentence = "correct password, still refused since this morning, and which sofa goes well with green?"

    diagnoses = [ask(diagnoser, sentence[:length]) for length in range(8, len(sentence))]

    for diagnosis in diagnoses:
        together = sum(cause.probability for cause in diagnosis.causes[:3])
        likelier_than_none = diagnosis.causes[0].probability > diagnosis.none_probability
        assert (diagnosis.confidence is Confidence.LIKELY) == (together >= 0.5 and likelier_than_none)
    assert {diagnosis.confidence for diagnosis in diagnoses} == {Confidence.LIKELY, Confidence.UNSURE}


def test_an_answer_that_fits_many_causes_alike_is_not_called_likely(
    small_kb: KnowledgeBase, encoder: Encoder, tmp_path: Path
) -> None:
    cause = small_kb.entry("disk-full-stops-queue")
    alike = {f"disk-full-{number}": cause.model_copy(update={"id": f"disk-full-{number}"}) for number in range(8)}
    build_index(dataclasses.replace(small_kb, entries=alike, reports={}), encoder, tmp_path)

    diagnosis = ask(Diagnoser(load_index(current_build(tmp_path), encoder)), cause.symptoms[0])

    assert diagnosis.confidence is Confidence.UNSURE
    assert diagnosis.causes[0].probability > diagnosis.none_probability
    assert diagnosis.message.startswith("I don't know yet.")


def test_an_unsure_answer_says_so_and_still_lists_its_candidates(diagnoser: Diagnoser) -> None:
    diagnosis = ask(diagnoser, "which colour goes well with a green sofa?")

    assert diagnosis.confidence is Confidence.UNSURE
    assert diagnosis.none_probability > diagnosis.causes[0].probability
    assert diagnosis.message.startswith("I don't know. Nothing in the knowledge base fits well")
    assert diagnosis.causes != ()


def test_an_unsure_answer_to_a_vague_symptom_does_not_say_that_nothing_fits(small_index: Index) -> None:
    symptom = "help me with pigeon"
    ranker = read_ranker(small_index.ranker)
    none = ask(Diagnoser(small_index), symptom).none_probability
    nearly_even = ranker.none_intercept + math.log(0.45 / 0.55) - math.log(none / (1 - none))

    diagnosis = ask(with_ranker(small_index, none_intercept=nearly_even, confident_above=1.0), symptom)

    assert diagnosis.none_probability == pytest.approx(0.45, abs=0.001)
    assert diagnosis.confidence is Confidence.UNSURE
    assert diagnosis.message.startswith("I don't know yet. More causes fit this than can be told apart")


@pytest.mark.parametrize("symptom", ["", " \n", "😀", "https://pigeon.example/docs"])
def test_a_symptom_without_words_is_refused(diagnoser: Diagnoser, symptom: str) -> None:
    with pytest.raises(UnreadableSymptom, match="describe in words what you see"):
        ask(diagnoser, symptom)


def test_evidence_alone_can_be_read(diagnoser: Diagnoser) -> None:
    diagnosis = ask(diagnoser, "", evidence=evidence("queue manager: write failed: No space left on device"))

    assert diagnosis.causes[0].entry_id == "disk-full-stops-queue"


@pytest.mark.parametrize(
    ("line", "finding_id", "entry_id"),
    [
        ("warning: No space left on device", "disk-full", "disk-full-stops-queue"),
        ("nc: connect to mx port 25: Connection timed out", "port-25-blocked", "port-25-blocked-by-provider"),
    ],
    ids=["disk", "port"],
)
def test_evidence_decides_between_causes_that_look_alike(
    diagnoser: Diagnoser, line: str, finding_id: str, entry_id: str
) -> None:
    symptom = "nothing arrives, mail stopped"

    decided = ask(diagnoser, symptom, evidence=evidence(f"Mon 12:00 start\n{line}\nMon 12:01 stop"))

    (finding,) = decided.findings
    assert (finding.id, finding.holds, finding.quote, finding.where) == (finding_id, True, line, "server.log")
    assert decided.causes[0].entry_id == entry_id
    assert probabilities(decided)[entry_id] > probabilities(ask(diagnoser, symptom))[entry_id]


def test_evidence_that_a_finding_fails_lowers_its_cause(diagnoser: Diagnoser) -> None:
    blocked = "nothing arrives anywhere"

    ruled_out = ask(diagnoser, blocked, evidence=evidence("nc: port 25 succeeded"))

    (finding,) = ruled_out.findings
    assert (finding.id, finding.holds) == ("port-25-blocked", False)
    assert (
        probabilities(ruled_out)["port-25-blocked-by-provider"]
        < probabilities(ask(diagnoser, blocked))["port-25-blocked-by-provider"]
    )


def test_evidence_that_cannot_be_read_is_named_and_the_rest_is_answered(diagnoser: Diagnoser) -> None:
    broken = evidence('{"log": {"entries": [{"requ', name="session.har")

    diagnosis = ask(diagnoser, evidence=(*broken, *evidence("No space left on device")))

    (unreadable,) = diagnosis.unreadable
    assert unreadable.name == "session.har"
    assert unreadable.reason.startswith("it is cut off or damaged at line 1, column 23")
    assert diagnosis.causes[0].entry_id == "disk-full-stops-queue"


def test_of_a_recording_only_what_failed_is_searched(diagnoser: Diagnoser) -> None:
    def har(message: str, status: int) -> tuple[Evidence, ...]:
        content = {"mimeType": "text/plain", "text": message}
        request = {"method": "GET", "url": "https://pigeon.example/queue"}
        entries = [{"request": request, "response": {"status": status, "content": content}}]
        return evidence(json.dumps({"log": {"entries": entries}}), name="session.har")

    message = "queue manager: write failed: No space left on device"

    assert probabilities(ask(diagnoser, evidence=har(message, 200))) == probabilities(ask(diagnoser))
    assert ask(diagnoser, evidence=har(message, 500)).causes[0].entry_id == "disk-full-stops-queue"


def test_what_evidence_shows_outweighs_what_the_text_says(small_index: Index) -> None:
    """By a proof that the small knowledge base doesn't have: that the disk is full stands in its answer to a client."""
    finding = small_index.findings["disk-full"].model_copy(
        update={
            "evidence": ParsedEvidence.model_validate(
                {
                    "holds": [{"exchange": "status == 507", "quote": ["status"]}],
                    "fails": [{"exchange": "status == 250", "quote": ["status"]}],
                }
            )
        }
    )
    index = dataclasses.replace(
        small_index,
        findings={**small_index.findings, finding.id: finding},
        product_evidence=ProductEvidence(api='host == "pigeon.example"'),
    )
    said = "log: No space left on device"
    shown = evidence("$ curl -i https://pigeon.example/send\nHTTP/1.1 250 Sent\n\n{}\n", name="curl.txt")

    diagnosis = ask(Diagnoser(index), said, evidence=shown)

    (found,) = [found for found in diagnosis.findings if found.id == finding.id]
    assert found == ObservedFinding(
        id="disk-full",
        holds=False,
        quote="GET /send: 250 Sent",
        where="curl.txt, line 1, response of GET /send",
        decided_by=DecidedBy.EVIDENCE,
    )
    assert ask(Diagnoser(index), said).findings[0].decided_by is DecidedBy.TEXT


def test_the_symptom_itself_is_evidence(diagnoser: Diagnoser) -> None:
    (finding,) = ask(diagnoser, "mail stopped.\nThe log says: no space left on device").findings

    assert (finding.id, finding.quote, finding.where) == (
        "disk-full",
        "The log says: no space left on device",
        "symptom",
    )


@pytest.mark.parametrize(
    "pasted",
    ["\x1b[31mno space left on device\x1b[0m", "\ufeffno space left on device\r\n", "no space\x00 left on device"],
    ids=["colours", "line ends of Windows", "control characters"],
)
def test_a_finding_is_quoted_clean(diagnoser: Diagnoser, pasted: str) -> None:
    (finding,) = ask(diagnoser, evidence=evidence(pasted)).findings

    assert finding.quote == "no space left on device"


def posterior(diagnoser: Diagnoser, text: str, answered: dict[str, bool]) -> dict[str, float]:
    """By Bayes: what the ranking says without any finding, times the likelihood ratios of the answers."""
    symptom = read_symptom(text)
    assert symptom is not None
    prior = diagnoser.ranker.distribution(diagnoser.signals.compute(symptom, diagnoser.signals.encode(symptom), {}))
    ratios = diagnoser.beliefs.log_likelihood_ratios(answered, DecidedBy.ANSWER)
    joint = [p * math.exp(ratio) for p, ratio in zip(prior, ratios, strict=True)]
    return dict(zip((*diagnoser.index.entries, "none"), (p / sum(joint) for p in joint), strict=True))


def test_answers_move_the_distribution_by_their_likelihood_ratios(diagnoser: Diagnoser) -> None:
    text = "nothing arrives, mail stopped"
    answers = {"disk-full": Answer.NO, "queue-grows": Answer.YES, "password-refused": Answer.UNKNOWN}

    answered = ask(diagnoser, text, answers=answers, top_k=20)

    expected = posterior(diagnoser, text, {"disk-full": False, "queue-grows": True})
    assert probabilities(answered) == pytest.approx(expected, abs=1e-4)


def test_an_answer_replaces_what_the_text_seems_to_say(diagnoser: Diagnoser) -> None:
    text = "is no space left on device? I don't think so, but mail stopped"

    denied = ask(diagnoser, text, answers={"disk-full": Answer.NO}, top_k=20)

    assert [finding.id for finding in ask(diagnoser, text).findings] == ["disk-full"]
    assert probabilities(denied) == pytest.approx(posterior(diagnoser, text, {"disk-full": False}), abs=1e-4)


def test_evidence_still_decides_a_finding_that_the_user_does_not_know(diagnoser: Diagnoser) -> None:
    proof = evidence("warning: No space left on device")

    without_answer = ask(diagnoser, evidence=proof)
    unknown = ask(diagnoser, evidence=proof, answers={"disk-full": Answer.UNKNOWN})

    assert probabilities(unknown) == probabilities(without_answer)


def test_a_cause_that_an_answer_contradicts_stays_visible_with_the_question_and_the_answer(
    diagnoser: Diagnoser, small_index: Index
) -> None:
    (first, *_) = ask(diagnoser, TORN).causes
    assert first.entry_id == "disk-full-stops-queue"

    denied = ask(diagnoser, TORN, answers={"disk-full": Answer.NO})

    (ruled_out,) = denied.ruled_out
    assert (ruled_out.entry_id, ruled_out.title, ruled_out.url) == (first.entry_id, first.title, first.url)
    assert (ruled_out.finding_id, ruled_out.holds) == ("disk-full", False)
    assert ruled_out.question == small_index.findings["disk-full"].question
    assert (ruled_out.quote, ruled_out.where) == ("no", "your answer")
    assert first.entry_id not in entry_ids(denied)


def test_an_answer_that_is_always_so_rules_out_the_cause_for_which_it_never_is(diagnoser: Diagnoser) -> None:
    blocked = ask(diagnoser, TORN, answers={"port-25-blocked": Answer.YES})

    assert blocked.causes[0].entry_id == "port-25-blocked-by-provider"
    assert [cause.entry_id for cause in blocked.ruled_out] == ["disk-full-stops-queue"]


def test_what_the_text_seems_to_say_rules_nothing_out(diagnoser: Diagnoser) -> None:
    assert ask(diagnoser, TORN + "\nbut port 25 is open").ruled_out == ()


def test_what_was_read_of_a_message_is_not_read_again(diagnoser: Diagnoser) -> None:
    read = Artifacts(words="my phone says the certificate is not trusted")

    diagnosis = diagnoser.diagnose(DiagnosisRequest(symptom="port 25 timed out"), artifacts=read)

    assert diagnosis.causes[0].entry_id == "certificate-expired-on-server"


def test_only_causes_that_would_be_listed_are_shown_as_ruled_out(diagnoser: Diagnoser) -> None:
    answers = {"disk-full": Answer.NO, "password-refused": Answer.NO}

    assert [cause.entry_id for cause in ask(diagnoser, TORN, answers=answers, top_k=2).ruled_out] == [
        "disk-full-stops-queue"
    ]


def test_a_contradicted_cause_is_not_listed_even_if_others_are_less_probable(diagnoser: Diagnoser) -> None:
    # Beyond the two that would be listed without the answers, a third one is contradicted as well.
    answers = {"disk-full": Answer.NO, "certificate-expired": Answer.NO}

    denied = ask(diagnoser, TORN, answers=answers, top_k=2)

    assert [cause.entry_id for cause in denied.causes] == ["port-25-blocked-by-provider", "password-hash-outdated"]


def test_the_first_cause_is_not_called_ruled_out_though_an_answer_contradicts_it(diagnoser: Diagnoser) -> None:
    log = "queue manager: write failed: No space left on device"

    doubtful = ask(diagnoser, log, answers={"disk-full": Answer.NO})

    assert doubtful.causes[0].entry_id == "disk-full-stops-queue"
    assert doubtful.ruled_out == ()


def test_a_cause_that_an_answer_contradicts_is_not_first_when_probably_none_is_right(diagnoser: Diagnoser) -> None:
    off_topic = "which colour goes well with green?"
    (first, *_) = ask(diagnoser, off_topic).causes
    always = diagnoser.index.entries[first.entry_id].findings.always

    denied = ask(diagnoser, off_topic, answers={always[0]: Answer.NO})

    assert denied.none_probability > 0.5
    assert [cause.entry_id for cause in denied.ruled_out] == [first.entry_id]


def test_a_readable_symptom_has_a_cause_even_if_every_one_is_contradicted(diagnoser: Diagnoser) -> None:
    answers = dict.fromkeys(["disk-full", "port-25-blocked", "certificate-expired", "password-refused"], Answer.NO)

    denied = ask(diagnoser, "which colour goes well with green?", answers=answers)

    assert (len(denied.causes), len(denied.ruled_out)) == (1, 3)


def test_what_the_user_answered_is_among_the_findings(diagnoser: Diagnoser) -> None:
    answers = {"disk-full": Answer.NO, "queue-grows": Answer.UNKNOWN}

    findings = ask(diagnoser, answers=answers).findings

    assert findings == (
        ObservedFinding(id="disk-full", holds=False, quote="no", where="your answer", decided_by=DecidedBy.ANSWER),
    )


def test_a_follow_up_is_a_question_of_the_knowledge_base(diagnoser: Diagnoser, small_index: Index) -> None:
    follow_up = ask(diagnoser, TORN).follow_up

    assert follow_up is not None
    finding = small_index.findings[follow_up.finding_id]
    assert (follow_up.question, follow_up.how_to_look) == (finding.question, finding.how_to_look)


def questions(diagnoser: Diagnoser, answer: Answer, **more: Any) -> list[str]:  # noqa: ANN401 -- as in `ask`
    """The findings that are asked about one after the other, while every question gets the same answer."""
    answers: dict[str, Answer] = {}
    while (follow_up := ask(diagnoser, TORN, answers=answers, **more).follow_up) is not None:
        assert follow_up.finding_id not in answers
        answers[follow_up.finding_id] = answer
    return list(answers)


def test_no_more_than_three_questions_are_asked_whatever_the_answers(diagnoser: Diagnoser) -> None:
    answers = dict.fromkeys(["certificate-expired", "password-refused"], Answer.UNKNOWN)
    third = ask(diagnoser, TORN, answers=answers).follow_up

    assert third is not None
    assert ask(diagnoser, TORN, answers=answers | {third.finding_id: Answer.UNKNOWN}).follow_up is None
    assert MOST_QUESTIONS == 3


@pytest.mark.parametrize("answer", Answer)
def test_a_follow_up_that_was_answered_is_not_asked_again(diagnoser: Diagnoser, answer: Answer) -> None:
    assert questions(diagnoser, answer) != []


def test_what_the_evidence_decides_is_not_asked(diagnoser: Diagnoser) -> None:
    proof = {
        "disk-full": "No space left on device",
        "port-25-blocked": "port 25 timed out",
        "queue-grows": "the queue grows",
    }
    first, *_ = questions(diagnoser, Answer.UNKNOWN)

    assert first not in questions(diagnoser, Answer.UNKNOWN, evidence=evidence(proof[first]))


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(section=("login",)), {"certificate-expired-on-server", "password-hash-outdated"}),
        (
            Filters(section=("login", "delivery"), sdk=("rust",)),
            {"disk-full-stops-queue", "port-25-blocked-by-provider", "password-hash-outdated"},
        ),
        (
            Filters(platform=("linux",)),
            {"disk-full-stops-queue", "port-25-blocked-by-provider", "password-hash-outdated"},
        ),
        (Filters(section=("login",), platform=("phone",), sdk=("python",)), {"certificate-expired-on-server"}),
    ],
    ids=["section", "SDK, where unspecified means any", "platform, where unspecified means any", "all three"],
)
def test_filters_leave_the_entries_that_they_allow(diagnoser: Diagnoser, filters: Filters, left: set[str]) -> None:
    filtered = ask(diagnoser, "mail stopped overnight", filters=filters)

    assert entry_ids(filtered) == left
    assert sum(probabilities(filtered).values()) == pytest.approx(1.0, abs=0.001)


def test_filters_that_no_entry_passes_leave_no_cause(diagnoser: Diagnoser) -> None:
    nothing = ask(diagnoser, filters=Filters(section=("login",), platform=("linux",), sdk=("python",)))

    assert nothing.causes == ()
    assert nothing.none_probability == 1.0
    assert nothing.confidence is Confidence.UNSURE
    assert nothing.follow_up is None


def test_an_unknown_filter_is_named_with_the_known_ones(diagnoser: Diagnoser) -> None:
    with pytest.raises(UnknownFilter, match=r"^unknown section billing: this index has delivery, login$"):
        ask(diagnoser, filters=Filters(section=("login", "billing")))


def test_an_answer_to_an_unknown_finding_is_refused_by_name(diagnoser: Diagnoser) -> None:
    with pytest.raises(UnknownFinding, match=r"^unknown finding moon-full, sun-up: use the finding_id of a follow-up"):
        ask(diagnoser, answers={"sun-up": Answer.YES, "moon-full": Answer.NO, "disk-full": Answer.NO})


def test_an_index_with_weights_for_other_signals_is_refused(small_index: Index) -> None:
    with pytest.raises(UnusableRanker, match="causeway eval fit"):
        Diagnoser(dataclasses.replace(small_index, ranker=b"{}"))


def test_threads_get_the_same_answer(diagnoser: Diagnoser) -> None:
    def answer(_: int) -> dict[str, object]:
        return ask(diagnoser, "messages are deferred, and the log says 535").model_dump(exclude={"id"})

    expected = answer(0)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(answer, range(64)))

    assert answers == [expected] * 64
