import math
import random

import numpy as np
import pytest

from kb import Entry, Finding, Frequency, KnowledgeBase
from kb.schema import FindingFrequencies
from retrieval.dialogue import PROBABILITY, UNRELATED, Beliefs


@pytest.fixture(scope="module")
def some_entry(small_kb: KnowledgeBase) -> Entry:
    return small_kb.entry("disk-full-stops-queue")


@pytest.fixture(scope="module")
def two_entries(some_entry: Entry) -> Beliefs:
    """The disk is always full when `disk` is the cause and never when `port` is, where the queue usually grows."""
    return beliefs_of(
        some_entry,
        {
            "disk": FindingFrequencies(always=("full",)),
            "port": FindingFrequencies(usually=("grows",), never=("full",)),
        },
        ("full", "grows"),
    )


def beliefs_of(entry: Entry, frequencies: dict[str, FindingFrequencies], finding_ids: tuple[str, ...]) -> Beliefs:
    entries = {key: entry.model_copy(update={"id": key, "findings": value}) for key, value in frequencies.items()}
    findings = {key: Finding(id=key, question=f"{key}?", how_to_look="Look.") for key in finding_ids}
    return Beliefs(entries, findings)


def test_the_words_for_how_often_are_in_order() -> None:
    assert [PROBABILITY[frequency] for frequency in Frequency] == sorted(PROBABILITY.values(), reverse=True)
    assert all(0 < probability < 1 for probability in PROBABILITY.values())


def test_a_finding_that_holds_speaks_for_the_cause_that_makes_it(two_entries: Beliefs) -> None:
    ratios = two_entries.log_likelihood_ratios({"full": True})

    assert ratios.tolist() == pytest.approx([math.log(0.985 / 0.2), math.log(0.025 / 0.2), 0.0])


def test_a_finding_that_fails_speaks_against_the_cause_that_makes_it(two_entries: Beliefs) -> None:
    ratios = two_entries.log_likelihood_ratios({"full": False})

    assert ratios.tolist() == pytest.approx([math.log(0.015 / 0.8), math.log(0.975 / 0.8), 0.0])


def test_findings_add_up(two_entries: Beliefs) -> None:
    ratios = two_entries.log_likelihood_ratios({"full": False, "grows": True})

    assert ratios.tolist() == pytest.approx([math.log(0.015 / 0.8), math.log(0.975 / 0.8) + math.log(0.8 / 0.2), 0.0])


def test_without_findings_nothing_moves(two_entries: Beliefs) -> None:
    assert two_entries.log_likelihood_ratios({}).tolist() == [0.0, 0.0, 0.0]


def entropy(probabilities: list[float]) -> float:
    return -sum(p * math.log(p) for p in probabilities if p > 0)


def best_question(prior: list[float], likelihoods: dict[str, list[float]]) -> str | None:
    """By the book: the largest expected drop of entropy among the questions that could change the first outcome."""
    gains = {}
    for finding_id, likelihood in likelihoods.items():
        expected_entropy, firsts = 0.0, set()
        for chances in (likelihood, [1 - chance for chance in likelihood]):
            joint = [p * chance for p, chance in zip(prior, chances, strict=True)]
            posterior = [p / sum(joint) for p in joint]
            expected_entropy += sum(joint) * entropy(posterior)
            firsts.add(posterior.index(max(posterior)))
        if firsts != {prior.index(max(prior))}:
            gains[finding_id] = entropy(prior) - expected_entropy
    return max(gains, key=gains.__getitem__) if gains else None


@pytest.mark.parametrize("seed", range(25))
def test_the_question_with_the_highest_expected_information_gain_is_asked(some_entry: Entry, seed: int) -> None:
    world = random.Random(seed)
    entry_ids, finding_ids = [f"cause{n}" for n in range(5)], [f"fact{n}" for n in range(6)]
    frequencies: dict[str, FindingFrequencies] = {}
    likelihoods = {finding_id: [UNRELATED] * (len(entry_ids) + 1) for finding_id in finding_ids}
    for row, entry_id in enumerate(entry_ids):
        chosen = {finding_id: world.choice(list(Frequency)) for finding_id in world.sample(finding_ids, 3)}
        frequencies[entry_id] = FindingFrequencies(
            **{frequency: tuple(key for key, value in chosen.items() if value is frequency) for frequency in Frequency}
        )
        for finding_id, frequency in chosen.items():
            likelihoods[finding_id][row] = PROBABILITY[frequency]
    prior = [world.random() for _ in range(len(entry_ids) + 1)]
    prior = [share / sum(prior) for share in prior]

    beliefs = beliefs_of(some_entry, frequencies, tuple(finding_ids))

    asked: list[str] = []
    while (question := beliefs.next_question(np.array(prior), set(asked))) is not None:
        assert question == best_question(prior, {key: likelihoods[key] for key in finding_ids if key not in asked})
        asked.append(question)
    assert best_question(prior, {key: likelihoods[key] for key in finding_ids if key not in asked}) is None
    assert len(set(asked)) == len(asked)


def test_the_question_that_tells_two_even_candidates_apart_is_asked(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.45, 0.45, 0.1]), set()) == "full"


def test_a_question_that_was_decided_is_not_asked_again(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.45, 0.45, 0.1]), {"full"}) == "grows"


def test_nothing_is_asked_when_everything_is_decided(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.45, 0.45, 0.1]), {"full", "grows"}) is None


def test_nothing_is_asked_when_no_answer_could_change_the_first_cause(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.9999, 0.00005, 0.00005]), set()) is None


def test_a_cause_that_was_ruled_out_does_not_disturb_the_choice(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.0, 0.5, 0.5]), set()) == "grows"
