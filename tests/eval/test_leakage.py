from pathlib import Path

import pytest

from eval.leakage import leaked_queries
from eval.query_sets import Query
from indexer.artifact import known_vectors
from indexer.encoders import Encoder
from indexer.publication import current_build
from kb import KnowledgeBase, Problem
from kb.loader import load_knowledge_base
from tests.edit import edit

FILE = Path("queries.jsonl")


def problems(knowledge_base: KnowledgeBase, encoder: Encoder, *questions: str) -> list[Problem]:
    """What is found in queries q3, q4 and so on, that are in lines 3, 4 and so on."""
    located = [
        (FILE, line, Query(id=f"q{line}", question=question, labels={})) for line, question in enumerate(questions, 3)
    ]
    return list(leaked_queries(located, knowledge_base, encoder, {}))


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Mail has stopped overnight", "a symptom of disk-full-stops-queue"),
        ("Can I change the color of the web interface?", "report n1"),
    ],
)
def test_nearly_the_same_text_is_reported_with_its_place(
    question: str, place: str, small_kb: KnowledgeBase, encoder: Encoder
) -> None:
    found = problems(small_kb, encoder, "which tea goes well with cake?", question)

    assert found[0] == Problem(FILE, 4, f"query 'q4' says the same as {place}")
    assert {problem.line for problem in found} == {4}


def test_eight_words_in_a_row_are_reported_in_a_text_that_means_something_else(
    small_kb: KnowledgeBase, encoder: Encoder
) -> None:
    question = (
        "Our orchestra plays on Sunday. The conductor asks: who tunes the piano, who brings the chairs? "
        "AND, FROM THEN ON: not a single message was in the guest book of the hall"
    )

    assert problems(small_kb, encoder, question) == [
        Problem(
            FILE,
            3,
            "query 'q3' has the words “and from then on not a single message” of a symptom of disk-full-stops-queue",
        )
    ]


def test_seven_words_in_a_row_are_chance(small_kb: KnowledgeBase, encoder: Encoder) -> None:
    question = "Our orchestra plays on Sunday and from then on not a single tune was heard, message or no message"

    assert problems(small_kb, encoder, question) == []


def test_pasted_error_message_is_not_leaked_though_a_report_has_it_as_well(
    small_kb_dir: Path, encoder: Encoder
) -> None:
    message = "queue manager: write failed: No space left on device"
    edit(small_kb_dir / "reports/disk-full-stops-queue.jsonl", "queue manager died", f"{message} /var/spool it died")
    knowledge_base = load_knowledge_base(small_kb_dir)
    question = f"My orchestra's guest book shows {message} /var/spool and I cannot sell tickets for Sunday's concert"

    assert problems(knowledge_base, encoder, question) == []


def test_queries_of_their_own_words_have_no_problems(small_kb: KnowledgeBase, encoder: Encoder) -> None:
    assert (
        problems(small_kb, encoder, "Since Friday the recipients wait in vain", "Who wrote this program?", "😀") == []
    )


def test_query_may_leak_from_two_places(small_kb: KnowledgeBase, encoder: Encoder) -> None:
    copied = "Mail to other servers stays in the queue since we moved to a new machine."

    assert [problem.message for problem in problems(small_kb, encoder, copied)] == [
        "query 'q3' says the same as a symptom of port-25-blocked-by-provider",
        "query 'q3' has the words “mail to other servers stays in the queue” "
        "of a symptom of port-25-blocked-by-provider",
    ]


def test_vectors_of_an_index_give_the_same_problems(
    small_kb: KnowledgeBase, encoder: Encoder, small_index_dir: Path
) -> None:
    located = [(FILE, 1, Query(id="q1", question="Mail has stopped overnight", labels={}))]
    known = known_vectors(current_build(small_index_dir), encoder)

    assert known
    assert list(leaked_queries(located, small_kb, encoder, known)) == list(
        leaked_queries(located, small_kb, encoder, {})
    )


def test_no_queries_leak_nothing(small_kb: KnowledgeBase, encoder: Encoder) -> None:
    assert problems(small_kb, encoder) == []
