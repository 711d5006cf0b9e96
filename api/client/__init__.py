"""Clients of the service, for Python; they need nothing of what the service is made of.

from api.client import CausewayClient
with CausewayClient("http://127.0.0.1:8000") as causeway:
    diagnosis = causeway.diagnose("login loops in Safari")
"""

from api.client.async_client import AsyncCausewayClient
from api.client.client import CausewayClient
from api.client.errors import (
    ClientError,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    Overloaded,
    Refused,
    ServiceFailed,
    UnexpectedAnswer,
    Unreachable,
)
from api.shapes.diagnoses import BatchResult, StoredDiagnosis
from api.shapes.documents import Document
from api.shapes.entries import EntrySummary
from api.shapes.feedback import FeedbackRequest, Role, StoredFeedback, Verdict
from api.shapes.findings import FindingQuestion
from api.shapes.index import IndexDescription
from api.shapes.insights import Abstention, Confusions, Drift, EntryOutcomes, Solved, Unanswered, Volume
from api.shapes.probes import Readiness
from kb.schema import Entry, FixStep, Link, Snippet
from retrieval.diagnosis import (
    MAX_EVIDENCE_CHARACTERS,
    MAX_EVIDENCE_ITEMS,
    MAX_SYMPTOM_CHARACTERS,
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
    RuledOut,
    Signal,
    UnreadableEvidence,
)

__all__ = [
    "MAX_EVIDENCE_CHARACTERS",
    "MAX_EVIDENCE_ITEMS",
    "MAX_SYMPTOM_CHARACTERS",
    "Abstention",
    "Answer",
    "AsyncCausewayClient",
    "BatchResult",
    "Cause",
    "CausewayClient",
    "ClientError",
    "Confidence",
    "Conflict",
    "Confusions",
    "Diagnosis",
    "DiagnosisRequest",
    "Document",
    "Drift",
    "Entry",
    "EntryOutcomes",
    "EntrySummary",
    "Evidence",
    "FeedbackRequest",
    "Filters",
    "FindingQuestion",
    "FixStep",
    "FollowUp",
    "IndexDescription",
    "IndexInfo",
    "InvalidRequest",
    "Link",
    "NotAllowed",
    "NotFound",
    "ObservedFinding",
    "Overloaded",
    "Readiness",
    "Reason",
    "Refused",
    "Role",
    "RuledOut",
    "ServiceFailed",
    "Signal",
    "Snippet",
    "Solved",
    "StoredDiagnosis",
    "StoredFeedback",
    "Unanswered",
    "UnexpectedAnswer",
    "Unreachable",
    "UnreadableEvidence",
    "Verdict",
    "Volume",
]
