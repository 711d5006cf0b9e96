"""What is kept of a request and its answer: no evidence, and no secrets."""

from retrieval.diagnosis import Diagnosis, DiagnosisRequest
from retrieval.masking import mask
from retrieval.symptom import clean


def redact_request(request: DiagnosisRequest) -> DiagnosisRequest:
    """The request without its evidence, its symptom masked."""
    return request.model_copy(update={"symptom": redact_text(request.symptom), "evidence": ()})


def redact_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    """The answer with masked quotes."""
    causes = tuple(
        cause.model_copy(
            update={
                "reasons": tuple(
                    reason.model_copy(update={"quote": redact_text(reason.quote)}) for reason in cause.reasons
                )
            }
        )
        for cause in diagnosis.causes
    )
    findings = tuple(
        finding.model_copy(update={"quote": redact_text(finding.quote), "where": redact_text(finding.where)})
        for finding in diagnosis.findings
    )
    return diagnosis.model_copy(update={"causes": causes, "findings": findings})


def redact_text(text: str) -> str:
    """Readable text with masked secrets."""
    return mask(clean(text))
