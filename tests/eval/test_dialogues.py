from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import ApiSettings
from eval.dialogues import (
    UNKNOWN,
    USERS,
    WRONG,
    Dialogue,
    SimulatedUser,
    hold_dialogues,
    load_dialogues,
    save_dialogues,
    summarise_dialogues,
)
from eval.errors import OtherIndex, UnusableRun
from eval.query_sets import Query
from eval.runs import Run, ask_queries
from eval.targets import Target, in_process, over_http
from kb import KnowledgeBase
from retrieval import Answer, Confidence, Diagnoser
from retrieval.dialogue import MOST_QUESTIONS
from tests.serving import serving

TORN = Query(
    id="torn",
    question="mail stopped overnight, messages wait in the queue",
    labels={"port-25-blocked-by-provider": 2},
)
"""Fits two entries; the other one is first."""
CLEAR = Query(
    id="clear",
    question="queue manager: write failed: No space left on device",
    labels={"disk-full-stops-queue": 2},
)
OFF_TOPIC = Query(id="off-topic", question="which colour goes well with green?", labels={})
UNREADABLE = Query(id="unreadable", question="😀", labels={})
QUERIES = [TORN, CLEAR, OFF_TOPIC, UNREADABLE]


@pytest.fixture(scope="module")
def target(diagnoser: Diagnoser) -> Target:
    return in_process(diagnoser)


@pytest.fixture(scope="module")
def run(target: Target) -> Run:
    return ask_queries(QUERIES, target, "now")


@pytest.fixture(scope="module")
def held(run: Run, target: Target, small_kb: KnowledgeBase) -> list[Dialogue]:
    return converse(run, target, small_kb)


def converse(run: Run, target: Target, knowledge_base: KnowledgeBase) -> list[Dialogue]:
    return hold_dialogues(run, target, knowledge_base, lambda done, total: None)


def about(query: Query, dialogues: Sequence[Dialogue]) -> list[Dialogue]:
    return [dialogue for dialogue in dialogues if dialogue.query_id == query.id]


def answers(query: Query, knowledge_base: KnowledgeBase, finding_id: str) -> Counter[Answer]:
    """What a thousand users answer."""
    return Counter(SimulatedUser(query, number, knowledge_base).answer(finding_id) for number in range(1_000))


def test_a_user_mostly_says_what_is_always_so(small_kb: KnowledgeBase) -> None:
    said = answers(TORN, small_kb, "port-25-blocked")

    assert said[Answer.YES] == pytest.approx(1_000 * (1 - WRONG - UNKNOWN), abs=30)
    assert said[Answer.NO] == pytest.approx(1_000 * WRONG, abs=25)
    assert said[Answer.UNKNOWN] == pytest.approx(1_000 * UNKNOWN, abs=25)


def test_a_user_mostly_denies_what_is_never_so(small_kb: KnowledgeBase) -> None:
    assert answers(TORN, small_kb, "disk-full")[Answer.NO] > 850


def test_a_user_goes_by_chance_where_the_cause_does(small_kb: KnowledgeBase) -> None:
    # The queue grows rarely, when the disk is full and otherwise.
    for query in (CLEAR, OFF_TOPIC):
        assert answers(query, small_kb, "queue-grows")[Answer.YES] == pytest.approx(0.2 * 900 + 0.8 * 50, abs=50)


def test_what_a_cause_does_not_list_is_as_it_is_otherwise(small_kb: KnowledgeBase) -> None:
    assert answers(TORN, small_kb, "password-refused")[Answer.NO] > 850


def test_of_several_labels_the_cause_decides_what_the_user_sees(small_kb: KnowledgeBase) -> None:
    with_lead = TORN.model_copy(update={"labels": {"disk-full-stops-queue": 1, **TORN.labels}})

    assert answers(with_lead, small_kb, "port-25-blocked")[Answer.YES] > 850


def test_each_query_is_asked_by_several_users(held: list[Dialogue]) -> None:
    assert Counter(dialogue.query_id for dialogue in held) == {query.id: USERS for query in QUERIES}


def test_a_dialogue_begins_with_the_answer_that_a_run_gets(held: list[Dialogue], run: Run) -> None:
    for answer in run.answers:
        first = bool(answer.causes) and answer.causes[0].entry_id in answer.query.labels
        for dialogue in about(answer.query, held):
            assert dialogue.first_right[0] == first
            assert dialogue.confidence is answer.confidence
            assert dialogue.answerable == bool(answer.query.labels)


def test_questions_bring_the_right_cause_to_the_top(held: list[Dialogue]) -> None:
    torn = about(TORN, held)

    assert not any(dialogue.right_after(0) for dialogue in torn)
    assert all(1 <= len(dialogue.asked) <= MOST_QUESTIONS for dialogue in torn)
    assert sum(dialogue.right_after(MOST_QUESTIONS) for dialogue in torn) > len(torn) / 2


def test_nothing_is_asked_where_the_answer_is_clear_or_unreadable(held: list[Dialogue]) -> None:
    assert [dialogue.asked for dialogue in (*about(CLEAR, held), *about(UNREADABLE, held))] == [()] * 2 * USERS


def test_dialogues_are_the_same_every_time_in_any_order(
    held: list[Dialogue], run: Run, target: Target, small_kb: KnowledgeBase
) -> None:
    backwards = converse(replace(run, answers=run.answers[::-1]), target, small_kb)

    assert about(TORN, backwards) == about(TORN, held)


def test_a_running_api_is_conversed_with_alike(
    held: list[Dialogue], diagnoser: Diagnoser, small_kb: KnowledgeBase
) -> None:
    with serving(create_app(diagnoser, ApiSettings())) as url, over_http(url) as target:
        assert converse(ask_queries(QUERIES, target, "now"), target, small_kb) == held


def test_an_index_that_did_not_answer_the_run_is_refused(run: Run, target: Target, small_kb: KnowledgeBase) -> None:
    with pytest.raises(OtherIndex, match=r"^the run 'now' was answered from index \S+, and this is other: ask its"):
        converse(run, replace(target, index_id="other"), small_kb)


def test_dialogues_are_kept_with_their_run(held: list[Dialogue], tmp_path: Path) -> None:
    assert load_dialogues(tmp_path) == []

    save_dialogues(held, tmp_path)

    assert load_dialogues(tmp_path) == held


def test_dialogues_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dialogues.jsonl").write_text('{"query": 1}\n', encoding="utf-8")

    with pytest.raises(UnusableRun):
        load_dialogues(tmp_path)


def dialogue(
    query_id: str, *first_right: bool, confidence: Confidence = Confidence.UNSURE, answerable: bool = True
) -> Dialogue:
    """A dialogue with a question between each of these."""
    asked = tuple(f"fact{number}" for number in range(len(first_right) - 1))
    return Dialogue(
        query_id=query_id, answerable=answerable, confidence=confidence, asked=asked, first_right=first_right
    )


DIALOGUES = [
    dialogue("q1", False, True),
    dialogue("q1", False, False, False, True),
    dialogue("q2", True, confidence=Confidence.CONFIDENT),
    dialogue("q2", True, confidence=Confidence.CONFIDENT),
    dialogue("q3", False, answerable=False),
    dialogue("q4", False, False, answerable=False),
]


def test_precision_after_each_question_counts_a_query_once() -> None:
    everything, confident, unsure = summarise_dialogues(DIALOGUES).groups

    assert [group.name for group in (everything, confident, unsure)] == ["all", "confident", "unsure"]
    assert [group.queries for group in (everything, confident, unsure)] == [2, 1, 1]
    assert [estimate.value for estimate in everything.first_right] == [0.5, 0.75, 0.75, 1.0]
    assert [estimate.value for estimate in unsure.first_right] == [0.0, 0.5, 0.5, 1.0]
    assert (everything.gain.value, unsure.gain.value) == (0.25, 0.5)


def test_questions_are_counted_until_the_right_cause_is_first() -> None:
    _, confident, unsure = summarise_dialogues(DIALOGUES).groups

    assert (unsure.questions, unsure.until_right) == ((1 + 3) / 2, (1 + 3) / 2)
    assert (confident.questions, confident.until_right) == (0.0, 0.0)


def test_a_right_cause_that_never_comes_first_has_no_number_of_questions() -> None:
    (everything, _) = summarise_dialogues([dialogue("q1", False, False)]).groups

    assert everything.until_right is None


def test_intervals_span_what_other_queries_might_have_shown() -> None:
    many = [dialogue(f"q{number}", False, number % 2 == 0) for number in range(40)]

    after_one = summarise_dialogues(many).groups[0].first_right[1]

    assert after_one.low is not None
    assert after_one.high is not None
    assert 0.3 < after_one.low < 0.45 < 0.55 < after_one.high < 0.7


def test_questions_about_what_nothing_answers_are_counted_apart() -> None:
    assert summarise_dialogues(DIALOGUES).questions_in_vain == 0.5
    assert summarise_dialogues(DIALOGUES[:4]).questions_in_vain is None


def test_dialogues_only_about_what_nothing_answers_have_no_groups() -> None:
    assert summarise_dialogues(DIALOGUES[4:]).groups == []
