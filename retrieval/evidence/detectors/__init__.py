"""Findings that parsed evidence decides, by the expressions of `findings.yaml`."""

from retrieval.evidence.detectors.proofs import EvidenceDetectors

__all__ = ["EvidenceDetectors"]
