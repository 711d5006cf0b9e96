"""What is kept of a request and its answer: no evidence, and no secrets."""

from retrieval.diagnosis import Cause, Diagnosis, DiagnosisRequest
from retrieval.masking import mask
from retrieval.symptom import clean


def redact_request(request: DiagnosisRequest) -> DiagnosisRequest:
    """The request without its evidence, its symptom masked."""
    return request.model_copy(update={"symptom": redact_text(request.symptom), "evidence": ()})


def redact_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    """The answer with masked quotes."""
    quotes = {reason.quote for cause in diagnosis.causes for reason in cause.reasons}
    # Causes quote the same sentences, and masking one takes as long as storing the answer.
    masked = {quote: redact_text(quote) for quote in quotes}
    findings = tuple(
        finding.model_copy(update={"quote": redact_text(finding.quote), "where": redact_text(finding.where)})
        for finding in diagnosis.findings
    )
    causes = tuple(_with_quotes(cause, masked) for cause in diagnosis.causes)
    return diagnosis.model_copy(update={"causes": causes, "findings": findings})


def redact_text(text: str) -> str:
    """Readable text with masked secrets."""
    return mask(clean(text))


def _with_quotes(cause: Cause, masked: dict[str, str]) -> Cause:
    reasons = tuple(reason.model_copy(update={"quote": masked[reason.quote]}) for reason in cause.reasons)
    return cause.model_copy(update={"reasons": reasons})
