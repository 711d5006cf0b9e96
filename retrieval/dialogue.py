"""What findings say about causes, and which one to ask about next.

Each entry says how often a finding holds when it is the cause, each finding how often it holds otherwise. As in QMR-DT
(Shwe et al. 1991, Methods of Information in Medicine 30(4)), findings are taken as independent given the cause, and the
words for "how often" stand for probabilities.
"""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from kb import Entry, Finding, Frequency
from retrieval.diagnosis import Answer, DecidedBy, ObservedFinding

PROBABILITY = {
    Frequency.ALWAYS: 0.998,
    Frequency.USUALLY: 0.8,
    Frequency.SOMETIMES: 0.5,
    Frequency.RARELY: 0.2,
    Frequency.NEVER: 0.002,
}
"""The steps of QMR-DT, but for its ends, 0.985 and 0.025: these allow for mistakes of who observes, which are counted
apart, as `FALSE_ALARMS`. With these ends, one proof of what is always true of a cause and never otherwise puts it first
for 99 % of the reports, whatever else their words suggest."""

FALSE_ALARMS = {DecidedBy.TEXT: 0.025, DecidedBy.ANSWER: 0.05, DecidedBy.EVIDENCE: 0.0}
"""How often this is observed where it isn't true, for each time that it is where it is true.

Text: of the matches of patterns that were not tuned on the reports they were measured on, 0.81 were in reports of
entries that list the finding as sometimes true or more often; 0.19 / 0.81, at odds of 0.1 to 0.9 that a finding holds,
give 0.025. Answers: assumed, not measured; one in twenty is wrong. Evidence is parsed, not guessed."""

MOST_QUESTIONS = 3
LEAST_GAIN = 0.01
"""A question must be expected to make the first cause right one time in a hundred more. Without that, three times as
many questions are asked about messages that nothing answers, and the first cause is hardly more often right (on
reports)."""


class Beliefs:
    """Probability of every finding given every outcome; the outcomes are the entries, then "none of these"."""

    def __init__(self, entries: Mapping[str, Entry], findings: Mapping[str, Finding]) -> None:
        self.finding_ids = list(findings)
        self._column = {finding_id: column for column, finding_id in enumerate(findings)}
        otherwise = [PROBABILITY[finding.otherwise] for finding in findings.values()]
        probability = np.tile(otherwise, (len(entries) + 1, 1))
        for row, entry in enumerate(entries.values()):
            for finding_id, frequency in entry.findings.items():
                probability[row, self._column[finding_id]] = PROBABILITY[frequency]
        self._n_outcomes = len(probability)
        self._answered_yes = _probability_of_seeing(probability[:-1], True, DecidedBy.ANSWER)
        self._log_ratios = {
            (holds, decided_by): _log_ratios(_probability_of_seeing(probability, holds, decided_by))
            for holds in (True, False)
            for decided_by in DecidedBy
        }

    def log_likelihood_ratios(self, observed: Mapping[str, bool], decided_by: DecidedBy) -> NDArray[np.float64]:
        """Natural log of how much likelier what was observed is under each outcome than if it were unrelated.

        Shape (n_entries + 1,); 0 for an outcome that no observed finding concerns.

        :param observed: findings that hold (True) or don't (False).
        :param decided_by: what observed them.
        """
        ratios = np.zeros(self._n_outcomes)
        for finding_id, holds in observed.items():
            ratios += self._log_ratios[holds, decided_by][self._column[finding_id]]
        return ratios

    def next_question(self, distribution: NDArray[np.float64], decided: Collection[str]) -> str | None:
        """The finding whose answer makes it likeliest that the first cause is right.

        That is the expected value of information (Howard 1966, "Information value theory") to one who acts on the first
        cause. Asking for the largest drop of entropy instead puts the right cause first less often: by 0.03 after two
        questions, on reports whose answer is unsure.

        :param distribution: shape (n_entries + 1,), sums to 1.
        :param decided: findings that are known, or were asked about.
        :returns: None if no open finding is expected to change which cause is first often enough to be worth asking.
        """
        first = distribution[:-1].max()
        says_yes = distribution[:-1, None] * self._answered_yes
        says_no = distribution[:-1, None] - says_yes
        gain = says_yes.max(axis=0) + says_no.max(axis=0) - first
        gain[[self._column[finding_id] for finding_id in decided]] = 0.0
        best = int(gain.argmax())
        return self.finding_ids[best] if gain[best] >= LEAST_GAIN else None


def decide(observed: Iterable[ObservedFinding], answers: Mapping[str, Answer]) -> list[ObservedFinding]:
    """What is known of each finding, once: evidence outweighs what users say, and that what their words seem to say."""
    answered = (
        ObservedFinding(
            id=finding_id,
            holds=answer is Answer.YES,
            quote=answer.value,
            where="your answer",
            decided_by=DecidedBy.ANSWER,
        )
        for finding_id, answer in answers.items()
        if answer is not Answer.UNKNOWN
    )
    known: dict[str, ObservedFinding] = {}
    least_reliable_first = list(DecidedBy)
    for finding in sorted((*observed, *answered), key=lambda each: -least_reliable_first.index(each.decided_by)):
        known.setdefault(finding.id, finding)
    return list(known.values())


def contradiction(entry: Entry, findings: Iterable[ObservedFinding]) -> ObservedFinding | None:
    """The first finding that is never as it was observed when this entry is the cause; None if there is none."""
    never_so = {True: entry.findings.never, False: entry.findings.always}
    return next((finding for finding in findings if finding.id in never_so[finding.holds]), None)


def _probability_of_seeing(probability: NDArray[np.float64], holds: bool, decided_by: DecidedBy) -> NDArray[np.float64]:
    """Probability that a finding is observed to hold (or not), if it is observed at all, given that of it holding."""
    true = probability if holds else 1 - probability
    false_alarms = FALSE_ALARMS[decided_by]
    return (true + (1 - true) * false_alarms) / (1 + false_alarms)


def _log_ratios(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each finding, how much likelier it is seen under each outcome than unrelated, as it is to "none of these".

    :param seen: probabilities, shape (n_outcomes, n_findings).
    :returns: natural logs, shape (n_findings, n_outcomes).
    """
    return np.ascontiguousarray(np.log(seen / seen[-1]).T)
