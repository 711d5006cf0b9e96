"""What people paste, read: HTTP traffic, logs and configuration, and the findings that they decide."""

from retrieval.evidence.detectors import EvidenceDetectors
from retrieval.evidence.text_patterns import QUOTE_CHARACTERS, FindingDetectors

__all__ = ["QUOTE_CHARACTERS", "EvidenceDetectors", "FindingDetectors"]
