"""Findings that parsed evidence decides, by the proofs that `findings.yaml` gives for them."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from kb import Finding, ProductEvidence
from kb.patterns import PatternSet
from kb.schema import Proof
from retrieval.diagnosis import DecidedBy, ObservedFinding
from retrieval.evidence.config import resolve_environment
from retrieval.evidence.detectors.config_view import Sides, view_config
from retrieval.evidence.detectors.expressions import Expression, Scope
from retrieval.evidence.detectors.quotes import Quote, quote_exchange, quoted
from retrieval.evidence.detectors.traffic import OwnExchange, OwnTraffic
from retrieval.evidence.model import Artifacts, ConfigFact, LogLine, Side

MOST_EXCHANGES = 1_000
"""Of the product's own; what is wrong shows in the first of them."""
MOST_ITEMS = 50
"""That one proof tries: each is compared with all others."""


class EvidenceDetectors:
    """The proofs of all findings. Expressions are compiled when there is evidence to look at."""

    def __init__(self, findings: Mapping[str, Finding], product: ProductEvidence) -> None:
        self._traffic = OwnTraffic(product)
        self._sides = Sides(product)
        self._proofs = [
            _CompiledProof(finding.id, holds, proof)
            for finding in findings.values()
            for holds, proofs in ((True, finding.evidence.holds), (False, finding.evidence.fails))
            for proof in proofs
        ]
        self._log_proofs = [proof for proof in self._proofs if proof.log is not None]
        self._log_patterns = PatternSet([proof.log for proof in self._log_proofs if proof.log is not None])

    def observe(self, artifacts: Artifacts) -> list[ObservedFinding]:
        """Each finding that the evidence decides, once.

        Findings say that something was seen somewhere: one request that shows it outweighs all that don't, so a proof
        that a finding holds outweighs any that it doesn't.
        """
        if not artifacts or not self._proofs:
            return []
        evidence = _Evidence(
            exchanges=self._traffic.find(artifacts)[:MOST_EXCHANGES],
            config=[_Setting.of(fact) for fact in self._sides.assign(resolve_environment(artifacts.config))],
            logged=self._logged(artifacts.log_lines),
        )
        decided: dict[str, ObservedFinding] = {}
        for proof in self._proofs:  # for each finding those that it holds come first
            if proof.finding_id not in decided and (quote := proof.find(evidence)):
                decided[proof.finding_id] = ObservedFinding(
                    id=proof.finding_id,
                    holds=proof.holds,
                    quote=quote.text,
                    where=quote.where,
                    decided_by=DecidedBy.EVIDENCE,
                )
        return list(decided.values())

    def _logged(self, lines: Sequence[LogLine]) -> dict["_CompiledProof", LogLine]:
        """For each proof by a log its first line there."""
        logged: dict[_CompiledProof, LogLine] = {}
        for side in Side:
            # Matched as one text: that is far faster than line by line.
            of_side = [line for line in lines if line.side is side]
            text = "\n".join(line.text for line in of_side)
            starts = list(accumulate((len(line.text) + 1 for line in of_side), initial=0))
            for number in self._log_patterns.matching(text):
                proof = self._log_proofs[number]
                if proof not in logged and (proof.side is None or side is proof.side):
                    start, _ = self._log_patterns.span(number, text)
                    logged[proof] = of_side[bisect_right(starts, start) - 1]
        return logged


@dataclass(frozen=True)
class _Setting:
    """A fact of configuration with its scope."""

    fact: ConfigFact
    view: dict[str, Any]
    scope: Scope

    @classmethod
    def of(cls, fact: ConfigFact) -> "_Setting":
        view = view_config(fact)
        return cls(fact, view, Scope(view))


@dataclass(frozen=True)
class _Evidence:
    """What proofs are looked for in."""

    exchanges: Sequence[OwnExchange]
    config: Sequence[_Setting]
    logged: Mapping["_CompiledProof", LogLine]


class _CompiledProof:
    """A `Proof`; see there for what each part means."""

    def __init__(self, finding_id: str, holds: bool, proof: Proof) -> None:
        self.finding_id, self.holds, self.log = finding_id, holds, proof.log
        self.side = Side(proof.side) if proof.side else None
        self._quote = proof.quote
        self._exchange, self._no_exchange = map(_compiled, (proof.exchange, proof.no_exchange))
        self._earlier, self._later, self._no_later = map(_compiled, (proof.earlier, proof.later, proof.no_later))
        self._config, self._other_config, self._no_config = map(
            _compiled, (proof.config, proof.other_config, proof.no_config)
        )

    def find(self, evidence: _Evidence) -> Quote | None:
        """The line that proves it, if there is one."""
        if self.log is not None and self not in evidence.logged:
            return None
        if self._exchange is not None:
            return self._find_exchange(self._exchange, evidence)
        if self.log is not None:
            line = evidence.logged[self]
            this = {"text": line.text, "side": line.side.value}
            return quoted(line.text, line.where) if self._goes_with(evidence, this, None) else None
        return self._find_setting(evidence)

    def _find_exchange(self, expression: Expression, evidence: _Evidence) -> Quote | None:
        matching = ((index, own) for index, own in enumerate(evidence.exchanges) if expression.holds(own.scope))
        for index, own in islice(matching, MOST_ITEMS):
            earlier, later = evidence.exchanges[:index], evidence.exchanges[index + 1 :]
            if (
                _some(self._earlier, earlier, own.view)
                and _some(self._later, later, own.view)
                and not (self._no_later and _some(self._no_later, later, own.view))
                and self._goes_with(evidence, own.view, own)
            ):
                return quote_exchange(own.exchange, own.view, self._quote)
        return None

    def _find_setting(self, evidence: _Evidence) -> Quote | None:
        matching = (setting for setting in evidence.config if _some(self._config, [setting], {}))
        for setting in islice(matching, MOST_ITEMS):
            others = (other for other in evidence.config if other is not setting)
            if _some(self._other_config, others, setting.view) and self._goes_with(evidence, setting.view, setting):
                return quoted(setting.fact.text, setting.fact.where)
        return None

    def _goes_with(self, evidence: _Evidence, this: Mapping[str, Any], item: OwnExchange | _Setting | None) -> bool:
        """Whether the rest of the evidence has what it must, and has not what it must not."""
        others = [own for own in evidence.exchanges if own is not item]
        settings = [setting for setting in evidence.config if setting is not item]
        return (
            (isinstance(item, _Setting) or _some(self._config, settings, this))
            and (isinstance(item, _Setting) or _some(self._other_config, settings, this))
            and not (self._no_exchange and _some(self._no_exchange, others, this))
            and not (self._no_config and _some(self._no_config, settings, this))
        )


def _compiled(source: str | None) -> Expression | None:
    return None if source is None else Expression(source)


def _some(expression: Expression | None, items: Iterable[OwnExchange | _Setting], this: Mapping[str, Any]) -> bool:
    """Whether the expression holds for some item, or asks for nothing."""
    return expression is None or any(expression.holds(item.scope, this) for item in items)
