"""Symptom in, diagnosis out: the stages of an answer in their order."""

import re
import uuid
from collections.abc import Collection, Mapping, Sequence

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
    Reason,
    Signal,
)
from retrieval.dialogue import Beliefs
from retrieval.errors import UnknownFilter, UnknownFinding, UnreadableSymptom
from retrieval.evidence import FindingDetectors
from retrieval.ranking import Ranker, read_ranker
from retrieval.signals import FEATURES, SignalComputer, Signals
from retrieval.symptom import Symptom, read_symptom

QUOTE_CHARACTERS = 240
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")

_SIGNAL_OF_FEATURE = {
    name: {"dense": Signal.DENSE, "lexical": Signal.LEXICAL, "literal": Signal.ERRORS, "findings": Signal.FINDINGS}[
        name.split()[0]
    ]
    for name in FEATURES
}

_MESSAGES = {
    Confidence.CONFIDENT: "The first cause explains this well.",
    Confidence.LIKELY: "Probably one of these; confirm the first before you change anything.",
    Confidence.UNSURE: (
        "I don't know. Nothing in the knowledge base fits well; these are only the closest entries. "
        "The exact error text, the response headers or a log line would help."
    ),
}


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
        symptom = self._read(request)
        findings = self.observe(request)
        observed = {finding.id: finding.holds for finding in findings}
        answered = {
            key: answer is Answer.YES for key, answer in request.answers.items() if answer is not Answer.UNKNOWN
        }
        signals = self.signals.compute(symptom, observed)
        distribution = self._distribution(signals, answered, request.filters)
        order = np.argsort(-distribution[:-1], kind="stable")[: request.top_k]
        confidence = self._confidence(distribution)
        return Diagnosis(
            id=uuid.uuid4().hex,
            index=IndexInfo.of(self.index.manifest),
            confidence=confidence,
            none_probability=round(float(distribution[-1]), 4),
            causes=tuple(
                self._cause(int(row), float(distribution[row]), symptom, signals, findings)
                for row in order
                if distribution[row] > 0
            ),
            findings=tuple(findings),
            follow_up=self._follow_up(distribution, {*observed, *request.answers}),
            signals=tuple(Signal),
            message=_MESSAGES[confidence],
        )

    def observe(self, request: DiagnosisRequest) -> list[ObservedFinding]:
        """The findings that the symptom's text or the evidence decides."""
        return self._detectors.observe([Evidence(name="symptom", text=request.symptom), *request.evidence])

    def _read(self, request: DiagnosisRequest) -> Symptom:
        self._check(request)
        symptom = read_symptom("\n".join([request.symptom, *(evidence.text for evidence in request.evidence)]))
        if symptom is None:
            raise UnreadableSymptom
        return symptom

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
        prior = self.ranker.distribution(signals.features)
        posterior = prior * np.exp(self.beliefs.log_likelihood_ratios(answered))
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

    def _cause(
        self, row: int, probability: float, symptom: Symptom, signals: Signals, findings: Sequence[ObservedFinding]
    ) -> Cause:
        entry = self._entries[row]
        return Cause(
            entry_id=entry.id,
            title=entry.title,
            section=entry.section,
            probability=round(probability, 4),
            reasons=tuple(self._reasons(row, symptom, signals, findings)),
            summary=entry.summary,
            confirm=entry.confirm,
            fix=entry.fix,
            links=entry.links,
            url=f"/v1/entries/{entry.id}",
        )

    def _reasons(
        self, row: int, symptom: Symptom, signals: Signals, findings: Sequence[ObservedFinding]
    ) -> list[Reason]:
        """What lifted this entry above the average one, strongest first; a signal that didn't is no reason."""
        contributions = self.ranker.contributions(signals.features)[row]
        weights = dict.fromkeys(Signal, 0.0)
        for name, contribution in zip(FEATURES, contributions, strict=True):
            weights[_SIGNAL_OF_FEATURE[name]] += float(contribution)
        reasons = []
        for signal, weight in sorted(weights.items(), key=lambda item: -item[1]):
            if weight <= 0.005:
                continue
            quote, matched = self._quote(signal, row, symptom, signals, findings)
            if quote:
                reasons.append(Reason(signal=signal, quote=quote, matched=matched, weight=round(weight, 2)))
        return reasons

    def _quote(
        self, signal: Signal, row: int, symptom: Symptom, signals: Signals, findings: Sequence[ObservedFinding]
    ) -> tuple[str, str]:
        """The user's words and what they matched in the entry; empty if this signal has nothing to show."""
        entry = self._entries[row]
        if signal is Signal.ERRORS:
            match = signals.literal_matches.get(entry.id)
            return (_shorten(match.quote), match.template) if match else ("", "")
        if signal is Signal.FINDINGS:
            listed = dict(entry.findings.items())
            found = [finding for finding in findings if finding.id in listed]
            if not found:
                return "", ""
            return found[0].quote, self.index.findings[found[0].id].question
        chunk_row = (signals.best_dense if signal is Signal.DENSE else signals.best_lexical)[row]
        if chunk_row >= len(self.index.chunks):
            return "", ""
        chunk = self.index.chunks[chunk_row]
        return _shorten(_closest_sentence(symptom.text, chunk.text)), _shorten(chunk.text)


def passes(entry: Entry, filters: Filters) -> bool:
    """Whether an entry is left by these filters; an entry that names no platforms or SDKs concerns all."""
    return (
        (not filters.section or entry.section in filters.section)
        and _overlap(filters.platform, entry.applies_to.platforms)
        and _overlap(filters.sdk, entry.applies_to.sdks)
    )


def _overlap(wanted: Collection[str], offered: Collection[str]) -> bool:
    return not wanted or not offered or not set(wanted).isdisjoint(offered)


def _closest_sentence(text: str, matched: str) -> str:
    """The sentence of `text` that shares most words with `matched`."""
    words = set(re.findall(r"\w+", matched.lower()))
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    return max(sentences, key=lambda sentence: len(words & set(re.findall(r"\w+", sentence.lower()))))


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE_CHARACTERS else text[: QUOTE_CHARACTERS - 1] + "…"
