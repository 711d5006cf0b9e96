"""Findings of the knowledge base, decided by evidence: every proof is seen to prove, and not to prove too much."""

from collections import defaultdict

import pytest

from kb.schema import ParsedEvidence
from retrieval.diagnosis import Evidence
from retrieval.evidence import EvidenceDetectors
from retrieval.evidence.reading import read_evidence
from tests.kb_findings import config_cases, cookie_cases, cors_cases, log_cases, session_cases, social_login_cases
from tests.kb_findings.recorded import Case, decided, knowledge_base

CASES = [
    case
    for module in (cors_cases, cookie_cases, session_cases, social_login_cases, config_cases, log_cases)
    for case in module.CASES
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.finding}-{case.holds}")
def test_evidence_decides_a_finding_or_does_not(case: Case) -> None:
    found = decided(*case.pieces).get(case.finding)
    if case.holds is None:
        assert found is not True
    else:
        assert found is case.holds


def test_every_proof_is_seen_to_prove() -> None:
    cases = defaultdict(list)
    for case in CASES:
        if case.holds is not None:
            cases[case.finding, case.holds].append(
                read_evidence("it fails", [Evidence(name=name, text=text) for name, text in case.pieces])
            )
    unseen = [
        f"{finding.id}: {outcome} {number}: {proof.model_dump(exclude_defaults=True)}"
        for finding in knowledge_base().findings.values()
        for outcome, holds in (("holds", True), ("fails", False))
        for number, proof in enumerate(getattr(finding.evidence, outcome))
        if not any(
            EvidenceDetectors(
                {finding.id: finding.model_copy(update={"evidence": ParsedEvidence(**{outcome: (proof,)})})},
                knowledge_base().product_evidence,
            ).observe(artifacts)
            for artifacts in cases[finding.id, holds]
        )
    ]
    assert not unseen, "\n".join(unseen)


def test_every_finding_has_a_near_miss_or_a_case_against_it() -> None:
    against = {case.finding for case in CASES if case.holds is not True}
    decidable = {finding.id for finding in knowledge_base().findings.values() if finding.evidence.holds}
    assert not decidable - against
