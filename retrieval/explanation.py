"""Why a cause is listed: the signals that lifted it, each with the user's words and what they matched."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from indexer.artifact import Index
from retrieval.diagnosis import DecidedBy, ObservedFinding, Reason, Signal
from retrieval.dialogue import Beliefs
from retrieval.ranking import Ranker
from retrieval.signals import FEATURES, NONE_FEATURES, Signals
from retrieval.symptom import Symptom

QUOTE_CHARACTERS = 240
CUT_OFF = "…"
LEAST_WEIGHT = 0.005
"""Less would be shown as 0.00: a signal that did not move the cause is no reason."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"\w+")
_SIGNAL_OF_KIND = {
    "dense": Signal.DENSE,
    "lexical": Signal.LEXICAL,
    "literal": Signal.ERRORS,
    "identifiers": Signal.IDENTIFIERS,
    "findings": Signal.FINDINGS,
}
SIGNAL_OF_FEATURE = {name: _SIGNAL_OF_KIND[name.split()[0]] for name in NONE_FEATURES}


class Explanation:
    """Explains the causes of one answer."""

    def __init__(
        self,
        index: Index,
        ranker: Ranker,
        beliefs: Beliefs,
        symptom: Symptom,
        signals: Signals,
        findings: Sequence[ObservedFinding],
    ) -> None:
        self._index = index
        self._beliefs = beliefs
        self._symptom = symptom
        self._signals = signals
        self._said = [finding for finding in findings if finding.decided_by is DecidedBy.TEXT]
        self._proofs = [finding for finding in findings if finding.decided_by is not DecidedBy.TEXT]
        self._contributions = ranker.contributions(signals.features)
        self._entry_ids = list(index.entries)

    def score(self, row: int) -> float:
        """How much all signals together lift the entry of this row, in natural-log odds; its reasons sum to it."""
        return float(self._contributions[row].sum() + sum(self._log_ratio(finding, row) for finding in self._proofs))

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """What lifted the entry of this row, strongest first; last and with negative weight, what spoke against it."""
        weights = dict.fromkeys(Signal, 0.0)
        for name, contribution in zip(FEATURES, self._contributions[row].tolist(), strict=True):
            weights[SIGNAL_OF_FEATURE[name]] += contribution
        reasons = []
        for signal, weight in weights.items():
            if abs(weight) > LEAST_WEIGHT:
                quote, matched = self._quote(signal, row, weight)
                reasons.append(Reason(signal=signal, quote=quote, matched=matched, weight=round(weight, 2)))
        return tuple(sorted((*reasons, *self._proved(row)), key=lambda reason: -reason.weight))

    def _proved(self, row: int) -> Iterator[Reason]:
        """What each piece of evidence and each answer says about the entry: one reason a finding."""
        for finding in self._proofs:
            weight = self._log_ratio(finding, row)
            if abs(weight) > LEAST_WEIGHT:
                yield Reason(
                    signal=Signal.FINDINGS,
                    quote=_shorten(finding.quote),
                    matched=self._index.findings[finding.id].question,
                    weight=round(weight, 2),
                    where=finding.where,
                )

    def _log_ratio(self, finding: ObservedFinding, row: int) -> float:
        """What one finding says about the entry, in natural-log odds."""
        return float(self._beliefs.log_likelihood_ratios({finding.id: finding.holds}, finding.decided_by)[row])

    def _quote(self, signal: Signal, row: int, weight: float) -> tuple[str, str]:
        """The user's words and what they matched in the entry."""
        entry_id = self._entry_ids[row]
        if signal is Signal.ERRORS:
            match = self._signals.literal_matches[entry_id]
            return _shorten(match.quote), match.template
        if signal is Signal.IDENTIFIERS:
            names = _shorten(", ".join(self._signals.shared_identifiers[entry_id]))
            return names, names
        if signal is Signal.FINDINGS:
            strongest = max(self._said, key=lambda finding: self._log_ratio(finding, row) * weight)
            return strongest.quote, self._index.findings[strongest.id].question
        best = self._signals.best_dense if signal is Signal.DENSE else self._signals.best_lexical
        matched = self._index.chunks[best[row]].text
        return _shorten(self._closest_sentence(matched)), _shorten(matched)

    @cached_property
    def _sentences(self) -> list[tuple[str, frozenset[str]]]:
        sentences = (sentence for sentence in _SENTENCE_END.split(self._symptom.text) if sentence.strip())
        return [(sentence, _words(sentence)) for sentence in sentences]

    def _closest_sentence(self, matched: str) -> str:
        """The sentence of the symptom that shares most words with `matched`."""
        if len(self._sentences) == 1:
            return self._sentences[0][0]
        words = _words(matched)
        return max(self._sentences, key=lambda sentence: len(words & sentence[1]))[0]


@lru_cache(maxsize=10_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE_CHARACTERS else text[: QUOTE_CHARACTERS - len(CUT_OFF)] + CUT_OFF
