"""Symptom in, diagnosis out: the stages of an answer in their order."""

import math
import threading
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.artifact import Index
from kb import Entry
from retrieval.diagnosis import (
    Cause,
    Confidence,
    DecidedBy,
    Diagnosis,
    DiagnosisRequest,
    Evidence,
    Filters,
    FollowUp,
    IndexInfo,
    ObservedFinding,
    RuledOut,
    Signal,
    UnreadableEvidence,
)
from retrieval.dialogue import MOST_QUESTIONS, Beliefs, contradiction, decide
from retrieval.errors import UnknownFilter, UnknownFinding, UnreadableSymptom
from retrieval.evidence import EvidenceDetectors, FindingDetectors
from retrieval.evidence.model import SYMPTOM, Artifacts, Unreadable
from retrieval.evidence.reading import read_evidence
from retrieval.explanation import Explanation
from retrieval.ranking import Ranker, read_ranker
from retrieval.signals import SignalComputer, Signals
from retrieval.symptom import Symptom, read_symptom

_MESSAGES = {
    Confidence.CONFIDENT: "The first cause explains this well.",
    Confidence.LIKELY: "Probably one of these; confirm the first before you change anything.",
    Confidence.UNSURE: (
        "I don't know. Nothing in the knowledge base fits well; these are only the closest entries. "
        "The exact error text, the response headers or a log line would help."
    ),
}
_TOO_MANY = (
    "I don't know yet. More causes fit this than can be told apart: "
    "the exact error text, the response headers or a log line would help."
)
_NOTHING_PASSES = "No entry passes these filters: ask again with fewer of them."

LIKELY_TOGETHER = 0.5
"""Least probability of the first three causes together in an answer that says "probably one of these"."""


@dataclass(frozen=True)
class Remembered:
    """What is still known of evidence that wasn't kept: the findings it decided, and the lines that were quoted."""

    findings: tuple[ObservedFinding, ...] = ()
    quotes: tuple[str, ...] = ()


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
        self._patterns = FindingDetectors(index.findings)
        self._detectors = EvidenceDetectors(index.findings, index.product_evidence)
        self._entries = list(index.entries.values())
        # Ranking is Python over small arrays. Threads that do it side by side hand the interpreter's lock to each other
        # a hundred times an answer; in turns, a fifth more is answered under load.
        self._ranking = threading.Lock()

    def diagnose(
        self, request: DiagnosisRequest, remembered: Remembered = Remembered(), artifacts: Artifacts | None = None
    ) -> Diagnosis:
        """Rank the causes of a symptom, with the reasons for each.

        :param remembered: of evidence that came with the symptom before.
        :param artifacts: what `read_evidence` makes of the request, where that is known already.
        :raises UnreadableSymptom: if there are no words in it.
        :raises UnknownFinding: if an answer names a finding that this index doesn't have.
        :raises UnknownFilter: if a filter names something that isn't in the vocabulary.
        """
        self._check(request)
        if artifacts is None:  # those of plain words are falsy
            artifacts = read_evidence(request.symptom, request.evidence)
        symptom = read_symptom("\n".join([artifacts.text, *remembered.quotes]))
        if symptom is None:
            raise UnreadableSymptom
        findings = decide([*self.observe(artifacts), *remembered.findings], request.answers)
        vectors = self.signals.encode(symptom)
        with self._ranking:
            return self._rank(request, symptom, vectors, findings, artifacts.unreadable)

    def _rank(
        self,
        request: DiagnosisRequest,
        symptom: Symptom,
        vectors: NDArray[np.float32],
        findings: Sequence[ObservedFinding],
        unreadable: Sequence[Unreadable],
    ) -> Diagnosis:
        signals = self.signals.compute(symptom, vectors, _holding(findings, DecidedBy.TEXT))
        suspected = self._suspected(signals, request.filters)
        distribution = self._proved(suspected, findings)
        contradicted = self._contradicted(distribution, findings)
        order = [row for row in _descending(distribution[:-1]) if distribution[row] > 0 and row not in contradicted]
        confidence = self._confidence(distribution)
        explanation = Explanation(self.index, self.ranker, self.beliefs, symptom, signals, findings)
        return Diagnosis(
            id=uuid.uuid4().hex,
            index=IndexInfo(id=self.index.manifest.id, built_at=self.index.manifest.built_at),
            confidence=confidence,
            none_probability=_rounded_down(distribution[-1]),
            causes=tuple(self._cause(row, float(distribution[row]), explanation) for row in order[: request.top_k]),
            ruled_out=tuple(
                self._ruled_out(row, float(distribution[row]), contradicted[row])
                for row in _descending(suspected[:-1])[: request.top_k]
                if row in contradicted
            ),
            findings=tuple(findings),
            unreadable=tuple(UnreadableEvidence(name=item.source, reason=item.reason) for item in unreadable),
            follow_up=self._follow_up(distribution, findings, request),
            signals=tuple(Signal),
            message=_message(confidence, distribution),
        )

    def observe(self, artifacts: Artifacts) -> list[ObservedFinding]:
        """The findings that evidence shows, then those that text tells; some perhaps by both."""
        texts = {SYMPTOM: artifacts.words, **artifacts.attached_texts()}
        told = self._patterns.observe([Evidence(name=name, text=text) for name, text in texts.items()])
        return [*self._detectors.observe(artifacts), *told]

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

    def _suspected(self, signals: Signals, filters: Filters) -> NDArray[np.float64]:
        """Distribution over the entries and none by what the user wrote, shape (n_entries + 1,)."""
        distribution = self.ranker.distribution(signals)
        if filters != Filters():
            distribution[:-1] *= [passes(entry, filters) for entry in self._entries]
        return _normalised(distribution)

    def _proved(self, suspected: NDArray[np.float64], findings: Sequence[ObservedFinding]) -> NDArray[np.float64]:
        """The same distribution after answers and evidence, by the theorem of Bayes."""
        answers, evidence = (
            self.beliefs.log_likelihood_ratios(_holding(findings, source), source)
            for source in (DecidedBy.ANSWER, DecidedBy.EVIDENCE)
        )
        return _normalised(suspected * np.exp(answers + evidence))

    def _contradicted(
        self, distribution: NDArray[np.float64], findings: Sequence[ObservedFinding]
    ) -> dict[int, ObservedFinding]:
        """Rows of the entries that an answer or evidence contradicts, each with the finding that does.

        The most probable outcome is not among them, since then the proof is likelier to be mistaken, and nor is the
        first cause if nothing else would be left.
        """
        proofs = [finding for finding in findings if finding.decided_by is not DecidedBy.TEXT]
        if not proofs:
            return {}
        contradicted = {
            row: finding
            for row, entry in enumerate(self._entries)
            if distribution[row] > 0 and (finding := contradiction(entry, proofs))
        }
        contradicted.pop(int(distribution.argmax()), None)
        if len(contradicted) == np.count_nonzero(distribution[:-1]):
            contradicted.pop(int(distribution[:-1].argmax()), None)
        return contradicted

    def _confidence(self, distribution: NDArray[np.float64]) -> Confidence:
        best = np.sort(distribution[:-1])[::-1]
        if best[0] >= self.ranker.confident_above:
            return Confidence.CONFIDENT
        if best[:3].sum() >= LIKELY_TOGETHER and best[0] > distribution[-1]:
            return Confidence.LIKELY
        return Confidence.UNSURE

    def _follow_up(
        self, distribution: NDArray[np.float64], findings: Sequence[ObservedFinding], request: DiagnosisRequest
    ) -> FollowUp | None:
        if len(request.answers) >= MOST_QUESTIONS:
            return None
        known = {finding.id for finding in findings}
        finding_id = self.beliefs.next_question(distribution, known | request.answers.keys())
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
            url=_url(entry),
        )

    def _ruled_out(self, row: int, probability: float, finding: ObservedFinding) -> RuledOut:
        entry = self._entries[row]
        return RuledOut(
            entry_id=entry.id,
            title=entry.title,
            probability=_rounded_down(probability),
            url=_url(entry),
            finding_id=finding.id,
            question=self.index.findings[finding.id].question,
            holds=finding.holds,
            quote=finding.quote,
            where=finding.where,
        )


def _message(confidence: Confidence, distribution: NDArray[np.float64]) -> str:
    """How to take an answer, in a sentence or two."""
    if not distribution[:-1].any():
        return _NOTHING_PASSES
    if confidence is Confidence.UNSURE and distribution[-1] < 1 - LIKELY_TOGETHER:
        return _TOO_MANY
    return _MESSAGES[confidence]


def _url(entry: Entry) -> str:
    return f"/v1/entries/{entry.id}"


def _normalised(joint: NDArray[np.float64]) -> NDArray[np.float64]:
    distribution: NDArray[np.float64] = joint / joint.sum()
    return distribution


def _descending(probabilities: NDArray[np.float64]) -> list[int]:
    """Rows, the most probable first; equally probable ones in their order."""
    order: list[int] = np.argsort(-probabilities, kind="stable").tolist()
    return order


def _holding(findings: Iterable[ObservedFinding], decided_by: DecidedBy) -> dict[str, bool]:
    """Whether each of these findings holds, of those that this decided."""
    return {finding.id: finding.holds for finding in findings if finding.decided_by is decided_by}


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
