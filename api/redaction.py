"""What is kept of what people write: no evidence, and no secrets."""

from retrieval.diagnosis import DiagnosisRequest
from retrieval.evidence.model import Artifacts
from retrieval.masking import mask
from retrieval.symptom import clean


def redact_request(request: DiagnosisRequest, artifacts: Artifacts) -> DiagnosisRequest:
    """The request without evidence, be it attached or recorded in the symptom, and without secrets.

    :param artifacts: what was read of it.
    """
    return request.model_copy(update={"symptom": clean(artifacts.words), "evidence": ()})


def redact_text(text: str) -> str:
    """Readable text without secrets."""
    return mask(clean(text))
