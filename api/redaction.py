"""What is kept of what people write: no evidence, and no secrets."""

from retrieval.diagnosis import DiagnosisRequest
from retrieval.evidence.reading import read_evidence
from retrieval.masking import mask
from retrieval.symptom import clean


def redact_request(request: DiagnosisRequest) -> DiagnosisRequest:
    """The request without evidence, be it attached or recorded in the symptom, and without secrets."""
    words = read_evidence(request.symptom, ()).words
    return request.model_copy(update={"symptom": clean(words), "evidence": ()})


def redact_text(text: str) -> str:
    """Readable text without secrets."""
    return mask(clean(text))
