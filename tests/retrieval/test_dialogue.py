import math
import random

import numpy as np
import pytest

from kb import Entry, Finding, Frequency, KnowledgeBase
from kb.schema import FindingFrequencies
from retrieval import Answer
from retrieval.diagnosis import DecidedBy, ObservedFinding
from retrieval.dialogue import FALSE_ALARMS, LEAST_GAIN, PROBABILITY, Beliefs, contradiction, decide

ALWAYS, USUALLY, NEVER = (PROBABILITY[word] for word in (Frequency.ALWAYS, Frequency.USUALLY, Frequency.NEVER))


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
        {"full": Frequency.RARELY, "grows": Frequency.RARELY},
    )


def beliefs_of(entry: Entry, frequencies: dict[str, FindingFrequencies], otherwise: dict[str, Frequency]) -> Beliefs:
    """Beliefs over entries that make findings hold so often; `otherwise`: how often each finding holds without them."""
    entries = {key: entry.model_copy(update={"id": key, "findings": value}) for key, value in frequencies.items()}
    findings = {
        key: Finding(id=key, question=f"{key}?", how_to_look="Look.", otherwise=often)
        for key, often in otherwise.items()
    }
    return Beliefs(entries, findings)


def observed(finding_id: str, holds: bool, decided_by: DecidedBy = DecidedBy.EVIDENCE) -> ObservedFinding:
    return ObservedFinding(id=finding_id, holds=holds, quote="line", where="server.log", decided_by=decided_by)


def test_the_words_for_how_often_are_in_order() -> None:
    assert [PROBABILITY[frequency] for frequency in Frequency] == sorted(PROBABILITY.values(), reverse=True)
    assert all(0 < probability < 1 for probability in PROBABILITY.values())


def test_a_proof_speaks_for_the_cause_that_makes_it_and_against_the_one_that_never_does(two_entries: Beliefs) -> None:
    ratios = two_entries.log_likelihood_ratios({"full": True}, DecidedBy.EVIDENCE)

    assert ratios.tolist() == pytest.approx([math.log(ALWAYS / 0.2), math.log(NEVER / 0.2), 0.0])


def test_a_finding_that_fails_speaks_against_the_cause_that_makes_it(two_entries: Beliefs) -> None:
    ratios = two_entries.log_likelihood_ratios({"full": False}, DecidedBy.EVIDENCE)

    assert ratios.tolist() == pytest.approx([math.log((1 - ALWAYS) / 0.8), math.log((1 - NEVER) / 0.8), 0.0])


@pytest.mark.parametrize("decided_by", [DecidedBy.TEXT, DecidedBy.ANSWER])
def test_what_is_sometimes_wrong_says_less(two_entries: Beliefs, decided_by: DecidedBy) -> None:
    ratios = two_entries.log_likelihood_ratios({"full": True}, decided_by)

    wrong = FALSE_ALARMS[decided_by]
    assert ratios.tolist() == pytest.approx(
        [
            math.log((ALWAYS + (1 - ALWAYS) * wrong) / (0.2 + 0.8 * wrong)),
            math.log((NEVER + (1 - NEVER) * wrong) / (0.2 + 0.8 * wrong)),
            0.0,
        ]
    )


def test_findings_add_up(two_entries: Beliefs) -> None:
    both = two_entries.log_likelihood_ratios({"full": False, "grows": True}, DecidedBy.EVIDENCE)
    one, other = (
        two_entries.log_likelihood_ratios(finding, DecidedBy.EVIDENCE) for finding in ({"full": False}, {"grows": True})
    )

    assert both.tolist() == pytest.approx((one + other).tolist())


def test_without_findings_nothing_moves(two_entries: Beliefs) -> None:
    assert two_entries.log_likelihood_ratios({}, DecidedBy.EVIDENCE).tolist() == [0.0, 0.0, 0.0]


def test_a_finding_that_is_common_anyway_says_less_for_its_cause(some_entry: Entry) -> None:
    listed = {"disk": FindingFrequencies(always=("proxy",))}
    lifts = [
        beliefs_of(some_entry, listed, {"proxy": often}).log_likelihood_ratios({"proxy": True}, DecidedBy.EVIDENCE)[0]
        for often in Frequency
    ]

    assert lifts == sorted(lifts)
    assert lifts[0] == pytest.approx(0.0)


def gains(prior: list[float], likelihoods: dict[str, list[float]]) -> dict[str, float]:
    """By the book: how much more often the first cause is right after an answer to each question."""
    error = FALSE_ALARMS[DecidedBy.ANSWER] / (1 + FALSE_ALARMS[DecidedBy.ANSWER])
    gain = {}
    for finding_id, likelihood in likelihoods.items():
        yes = [chance * (1 - error) + (1 - chance) * error for chance in likelihood]
        first_right = 0.0
        for chances in (yes, [1 - chance for chance in yes]):
            joint = [p * chance for p, chance in zip(prior, chances, strict=True)]
            answer = sum(joint)
            first_right += answer * max(share / answer for share in joint[:-1])
        gain[finding_id] = first_right - max(prior[:-1])
    return gain


@pytest.mark.parametrize("seed", range(25))
def test_the_question_after_which_the_first_cause_is_right_most_often_is_asked(some_entry: Entry, seed: int) -> None:
    world = random.Random(seed)
    entry_ids = [f"cause{n}" for n in range(5)]
    otherwise = {f"fact{n}": world.choice(list(Frequency)) for n in range(6)}
    frequencies: dict[str, FindingFrequencies] = {}
    likelihoods = {key: [PROBABILITY[often]] * (len(entry_ids) + 1) for key, often in otherwise.items()}
    for row, entry_id in enumerate(entry_ids):
        chosen = {finding_id: world.choice(list(Frequency)) for finding_id in world.sample(list(otherwise), 3)}
        frequencies[entry_id] = FindingFrequencies(
            **{frequency: tuple(key for key, value in chosen.items() if value is frequency) for frequency in Frequency}
        )
        for finding_id, frequency in chosen.items():
            likelihoods[finding_id][row] = PROBABILITY[frequency]
    prior = [world.random() for _ in range(len(entry_ids) + 1)]
    prior = [share / sum(prior) for share in prior]

    beliefs = beliefs_of(some_entry, frequencies, otherwise)

    open_gains = gains(prior, likelihoods)
    while (question := beliefs.next_question(np.array(prior), likelihoods.keys() - open_gains.keys())) is not None:
        assert open_gains[question] == pytest.approx(max(open_gains.values()))
        del open_gains[question]
    assert max(open_gains.values(), default=0.0) < LEAST_GAIN


def test_the_question_that_tells_two_even_candidates_apart_is_asked(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.45, 0.45, 0.1]), set()) == "full"


def test_an_unsure_answer_asks_as_well(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.1, 0.1, 0.8]), set()) == "full"


def test_a_question_that_was_decided_is_not_asked_again(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.45, 0.45, 0.1]), {"full"}) == "grows"


def test_nothing_is_asked_when_everything_is_decided(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.45, 0.45, 0.1]), {"full", "grows"}) is None


def test_nothing_is_asked_when_no_answer_could_change_the_first_cause(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.9, 0.00005, 0.09995]), set()) is None


def test_nothing_is_asked_that_would_hardly_ever_help(two_entries: Beliefs) -> None:
    # A yes would put the disk first, but so rarely that it isn't worth the user's time.
    assert two_entries.next_question(np.array([0.005, 0.006, 0.989]), set()) is None


def test_a_cause_that_was_ruled_out_does_not_disturb_the_choice(two_entries: Beliefs) -> None:
    assert two_entries.next_question(np.array([0.0, 0.5, 0.5]), set()) is None


def test_evidence_outweighs_an_answer_and_an_answer_outweighs_the_users_prose() -> None:
    seen = [
        observed("full", True, DecidedBy.EVIDENCE),
        observed("full", False, DecidedBy.TEXT),
        observed("grows", True, DecidedBy.TEXT),
        observed("blocked", True, DecidedBy.TEXT),
    ]

    known = decide(seen, {"full": Answer.NO, "grows": Answer.NO, "blocked": Answer.UNKNOWN, "expired": Answer.UNKNOWN})

    assert {finding.id: (finding.holds, finding.decided_by) for finding in known} == {
        "full": (True, DecidedBy.EVIDENCE),
        "grows": (False, DecidedBy.ANSWER),
        "blocked": (True, DecidedBy.TEXT),
    }


@pytest.mark.parametrize(
    ("finding_id", "holds", "contradicted"),
    [
        ("disk-full", False, True),
        ("disk-full", True, False),
        ("port-25-blocked", True, True),
        ("port-25-blocked", False, False),
        ("queue-grows", True, False),
        ("password-refused", True, False),
    ],
)
def test_only_what_is_always_or_never_so_can_contradict_a_cause(
    some_entry: Entry, finding_id: str, holds: bool, contradicted: bool
) -> None:
    finding = observed(finding_id, holds)

    assert contradiction(some_entry, [finding]) == (finding if contradicted else None)
