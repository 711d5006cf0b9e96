"""What findings say about causes, and which one to ask about next.

Each entry says how often a finding holds when it is the cause. As in QMR-DT (Shwe et al. 1991, Methods of Information
in Medicine 30(4)), findings are taken as independent given the cause, and the words for "how often" become
probabilities by its five-step scale.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kb import Entry, Finding, Frequency

PROBABILITY = {
    Frequency.ALWAYS: 0.985,
    Frequency.USUALLY: 0.8,
    Frequency.SOMETIMES: 0.5,
    Frequency.RARELY: 0.2,
    Frequency.NEVER: 0.025,
}
UNRELATED = PROBABILITY[Frequency.RARELY]
"""For an entry that doesn't mention a finding, and for "none of these"."""


FALSE_ALARMS = 0.06
"""How often a pattern matches where its finding doesn't hold, for each time that it matches where it does. Of the
matches of patterns that were not tuned on the reports they were measured on, 0.81 were in reports of entries that list
the finding as sometimes true or more often; 0.19 / 0.81, at odds of 0.2 to 0.8 that a finding holds, give 0.06."""
NEGLIGIBLE = 0.001
"""Outcomes less probable than this don't decide which question is best; leaving them out is faster."""


class Beliefs:
    """Probability of every finding given every outcome; the outcomes are the entries, then "none of these"."""

    def __init__(self, entries: Mapping[str, Entry], findings: Mapping[str, Finding]) -> None:
        self.finding_ids = list(findings)
        self._column = {finding_id: column for column, finding_id in enumerate(findings)}
        self._probability = np.full((len(entries) + 1, len(findings)), UNRELATED)
        for row, entry in enumerate(entries.values()):
            for finding_id, frequency in entry.findings.items():
                self._probability[row, self._column[finding_id]] = PROBABILITY[frequency]

    def log_likelihood_ratios(self, observed: Mapping[str, bool], false_alarms: float = 0.0) -> NDArray[np.float64]:
        """Natural log of how much likelier what was observed is under each outcome than if it were unrelated.

        Shape (n_entries + 1,); 0 for an outcome that no observed finding concerns.

        :param observed: findings that hold (True) or don't (False).
        :param false_alarms: how often this is observed where it isn't true, for each time where it is.
        """
        ratios = np.zeros(len(self._probability))
        for finding_id, holds in observed.items():
            seen = _probability_of_seeing(self._probability[:, self._column[finding_id]], holds, false_alarms)
            ratios += np.log(seen / _probability_of_seeing(UNRELATED, holds, false_alarms))
        return ratios

    def next_question(self, distribution: NDArray[np.float64], decided: Mapping[str, bool] | set[str]) -> str | None:
        """The finding with the highest expected information gain among those that could change the top outcome.

        :param distribution: shape (n_entries + 1,), sums to 1.
        :param decided: findings that are known, or were asked about.
        :returns: None if no open finding could change which outcome is first.
        """
        likely = np.flatnonzero(distribution > NEGLIGIBLE)
        joint_yes = distribution[likely, None] * self._probability[likely]
        joint_no = distribution[likely, None] - joint_yes
        top = distribution[likely].argmax()
        useful = (joint_yes.argmax(axis=0) != top) | (joint_no.argmax(axis=0) != top)
        useful[[self._column[finding_id] for finding_id in decided]] = False
        if not useful.any():
            return None
        expected_entropy = _entropy_of_joint(joint_yes) + _entropy_of_joint(joint_no)
        return self.finding_ids[int(np.where(useful, expected_entropy, np.inf).argmin())]


def _probability_of_seeing(
    probability: NDArray[np.float64] | float, holds: bool, false_alarms: float
) -> NDArray[np.float64] | float:
    """In proportion to the probability of observing that a finding holds (or doesn't), given that of it holding."""
    true = probability if holds else 1 - probability
    return true + (1 - true) * false_alarms


def _entropy_of_joint(joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(answer) times the entropy (in nats) of the outcomes given that answer, for each column of `joint`."""
    answer = joint.sum(axis=0)
    surprise = -np.log(joint / answer, where=joint > 0, out=np.zeros_like(joint))
    entropy: NDArray[np.float64] = np.sum(joint * surprise, axis=0)
    return entropy
