"""Symptom to diagnosis.

from retrieval import Diagnoser, DiagnosisRequest
diagnosis = Diagnoser(index).diagnose(DiagnosisRequest(symptom="..."))
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.diagnoser import Diagnoser
    from retrieval.diagnosis import Answer, Cause, Confidence, Diagnosis, DiagnosisRequest, Evidence, Filters
    from retrieval.errors import RetrievalError, UnknownFilter, UnknownFinding, UnreadableSymptom, UnusableRanker

__all__ = [
    "Answer",
    "Cause",
    "Confidence",
    "Diagnoser",
    "Diagnosis",
    "DiagnosisRequest",
    "Evidence",
    "Filters",
    "RetrievalError",
    "UnknownFilter",
    "UnknownFinding",
    "UnreadableSymptom",
    "UnusableRanker",
]

_MODULES = ("retrieval.errors", "retrieval.diagnosis", "retrieval.diagnoser")


def __getattr__(name: str) -> object:
    # Names are looked up when they are used: the command line mounts this package's commands without its libraries.
    if name in __all__:
        for module in map(import_module, _MODULES):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'retrieval' has no attribute '{name}'")
