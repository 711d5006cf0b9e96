"""How long a warm answer takes, beside a plain embedding search over the same chunks, in the same process."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import faiss
import numpy as np

from indexer.encoders.sentence_transformer import SentenceTransformerEncoder
from retrieval import Diagnoser, DiagnosisRequest

ROUNDS = 3


@dataclass(frozen=True)
class Latency:
    """Milliseconds a query."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Comparison:
    """Both ways to answer the same questions."""

    queries: int
    diagnosis: Latency
    plain_search: Latency

    @property
    def ratio(self) -> float:
        """Median time of a whole diagnosis as a share of the plain search's."""
        return self.diagnosis.median_ms / self.plain_search.median_ms


def compare(diagnoser: Diagnoser, model_name: str, questions: Sequence[str]) -> Comparison:
    """Time whole diagnoses against `SentenceTransformer.encode` and a FAISS search over the same chunks.

    :param model_name: the sentence-transformers model to search with.
    """
    model = SentenceTransformerEncoder(model_name)
    plain = faiss.IndexFlatIP(model.dimension)
    plain.add(model.encode_documents([chunk.text for chunk in diagnoser.index.chunks]))
    requests = {question: DiagnosisRequest(symptom=question) for question in questions}
    return Comparison(
        queries=len(questions),
        diagnosis=_time(lambda question: diagnoser.diagnose(requests[question]), questions),
        plain_search=_time(lambda question: plain.search(model.encode_queries([question]), 10), questions),
    )


def _time(answer: Callable[[str], object], questions: Sequence[str]) -> Latency:
    for question in questions[:10]:
        answer(question)
    durations_ms = []
    for question in list(questions) * ROUNDS:
        start = time.perf_counter()
        answer(question)
        durations_ms.append((time.perf_counter() - start) * 1000)
    return Latency(median_ms=statistics.median(durations_ms), p95_ms=float(np.percentile(durations_ms, 95)))
