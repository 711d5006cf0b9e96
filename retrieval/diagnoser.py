"""Symptom in, diagnosis out: the stages of an answer in their order."""

import math
import uuid
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from indexer.artifact import Index
from kb import Entry
from retrieval.diagnosis import (
    Answer,
    Cause,
    Confidence,
    Diagnosis,
    DiagnosisRequest,
    Evidence,
    Filters,
    FollowUp,
    IndexInfo,
    ObservedFinding,
    Signal,
    UnreadableEvidence,
)
from retrieval.dialogue import Beliefs
from retrieval.errors import UnknownFilter, UnknownFinding, UnreadableSymptom
from retrieval.evidence import FindingDetectors
from retrieval.evidence.model import SYMPTOM, Artifacts
from retrieval.evidence.reading import read_evidence
from retrieval.explanation import Explanation
from retrieval.ranking import Ranker, read_ranker
from retrieval.signals import SignalComputer, Signals
from retrieval.symptom import read_symptom

_MESSAGES = {
    Confidence.CONFIDENT: "The first cause explains this well.",
    Confidence.LIKELY: "Probably one of these; confirm the first before you change anything.",
    Confidence.UNSURE: (
        "I don't know. Nothing in the knowledge base fits well; these are only the closest entries. "
        "The exact error text, the response headers or a log line would help."
    ),
}


_NOTHING_PASSES = "No entry passes these filters: ask again with fewer of them."


class Diagnoser:
    """Answers symptoms from one index. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        """Prepare what depends on the index only.

        :raises UnusableRanker: if the index's ranking weights don't fit this version.
        """
        self.index = index
        self.ranker: Ranker = read_ranker(index.ranker)
        self.beliefs = Beliefs(index.entries, index.findings)
        self.signals = SignalComputer(index, self.beliefs)
        self._detectors = FindingDetectors(index.findings)
        self._entries = list(index.entries.values())

    def diagnose(self, request: DiagnosisRequest) -> Diagnosis:
        """Rank the causes of a symptom, with the reasons for each.

        :raises UnreadableSymptom: if there are no words in it.
        :raises UnknownFinding: if an answer names a finding that this index doesn't have.
        :raises UnknownFilter: if a filter names something that isn't in the vocabulary.
        """
        self._check(request)
        artifacts = read_evidence(request.symptom, request.evidence)
        symptom = read_symptom(artifacts.text)
        if symptom is None:
            raise UnreadableSymptom
        findings = self.observe(artifacts)
        answered = {
            key: answer is Answer.YES for key, answer in request.answers.items() if answer is not Answer.UNKNOWN
        }
        # What the user says about a finding outweighs what their text seems to say.
        observed = {finding.id: finding.holds for finding in findings if finding.id not in answered}
        signals = self.signals.compute(symptom, observed)
        distribution = self._distribution(signals, answered, request.filters)
        order = np.argsort(-distribution[:-1], kind="stable")[: request.top_k]
        confidence = self._confidence(distribution)
        unanswered = [finding for finding in findings if finding.id in observed]
        explanation = Explanation(self.index, self.ranker, self.beliefs, symptom, signals, unanswered)
        return Diagnosis(
            id=uuid.uuid4().hex,
            index=IndexInfo.of(self.index.manifest),
            confidence=confidence,
            none_probability=_rounded_down(distribution[-1]),
            causes=tuple(
                self._cause(int(row), float(distribution[row]), explanation) for row in order if distribution[row] > 0
            ),
            findings=tuple(findings),
            unreadable=tuple(UnreadableEvidence(name=item.source, reason=item.reason) for item in artifacts.unreadable),
            follow_up=self._follow_up(distribution, {*observed, *request.answers}),
            signals=tuple(Signal),
            message=_MESSAGES[confidence] if distribution[:-1].any() else _NOTHING_PASSES,
        )

    def observe(self, artifacts: Artifacts) -> list[ObservedFinding]:
        """The findings that the symptom's text or the evidence decides."""
        texts = {SYMPTOM: artifacts.words, **artifacts.attached_logs()}
        return self._detectors.observe([Evidence(name=name, text=text) for name, text in texts.items()])

    def _check(self, request: DiagnosisRequest) -> None:
        if unknown := request.answers.keys() - self.index.findings.keys():
            raise UnknownFinding(unknown)
        vocabulary = self.index.vocabulary
        for kind, wanted, known in (
            ("section", request.filters.section, vocabulary.sections.keys()),
            ("platform", request.filters.platform, vocabulary.platforms.keys()),
            ("sdk", request.filters.sdk, vocabulary.sdks.keys()),
        ):
            if unknown_values := set(wanted) - known:
                raise UnknownFilter(kind, unknown_values, known)

    def _distribution(self, signals: Signals, answered: Mapping[str, bool], filters: Filters) -> NDArray[np.float64]:
        """Posterior over the entries and none, shape (n_entries + 1,): prior from the ranking, then the answers."""
        prior = self.ranker.distribution(signals)
        posterior = prior * np.exp(self.beliefs.log_likelihood_ratios(answered))
        if filters != Filters():
            posterior[:-1] *= [passes(entry, filters) for entry in self._entries]
        distribution: NDArray[np.float64] = posterior / posterior.sum()
        return distribution

    def _confidence(self, distribution: NDArray[np.float64]) -> Confidence:
        first = distribution[:-1].max()
        if first >= self.ranker.confident_above:
            return Confidence.CONFIDENT
        if first >= self.ranker.likely_above and first > distribution[-1]:
            return Confidence.LIKELY
        return Confidence.UNSURE

    def _follow_up(self, distribution: NDArray[np.float64], decided: set[str]) -> FollowUp | None:
        finding_id = self.beliefs.next_question(distribution, decided)
        if finding_id is None:
            return None
        finding = self.index.findings[finding_id]
        return FollowUp(finding_id=finding_id, question=finding.question, how_to_look=finding.how_to_look)

    def _cause(self, row: int, probability: float, explanation: Explanation) -> Cause:
        entry = self._entries[row]
        return Cause(
            entry_id=entry.id,
            title=entry.title,
            section=entry.section,
            probability=_rounded_down(probability),
            score=round(explanation.score(row), 2),
            reasons=explanation.reasons(row),
            summary=entry.summary,
            confirm=entry.confirm,
            fix=entry.fix,
            links=entry.links,
            url=f"/v1/entries/{entry.id}",
        )


def _rounded_down(probability: float) -> float:
    """Four digits, never more than it is, so that what is listed doesn't sum to more than 1."""
    return math.floor(probability * 10_000) / 10_000


def passes(entry: Entry, filters: Filters) -> bool:
    """Whether an entry is left by these filters; an entry that names no platforms or SDKs concerns all."""
    return (
        (not filters.section or entry.section in filters.section)
        and _overlap(filters.platform, entry.applies_to.platforms)
        and _overlap(filters.sdk, entry.applies_to.sdks)
    )


def _overlap(wanted: Collection[str], offered: Collection[str]) -> bool:
    return not wanted or not offered or not set(wanted).isdisjoint(offered)
