"""What one writes first: FastAPI, sentence-transformers and FAISS, to measure the service beside.

It finds entries, no more: it ranks by one similarity, knows no findings, and keeps nothing.
"""

import sys
from pathlib import Path
from typing import Any

import faiss
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer

from indexer.artifact import CHUNKS
from indexer.chunks import Chunk
from indexer.search import VECTORS

HITS, CAUSES = 50, 5


class Question(BaseModel):
    """Of a request of `/v1/diagnoses`, what is read."""

    symptom: str


def create_app(model_name: str, build: Path) -> FastAPI:
    """The service over the vectors of an index, which the same model must have made."""
    model = SentenceTransformer(model_name, device="cpu")
    vectors = faiss.read_index(str(build / VECTORS))
    entry_ids = [Chunk.model_validate_json(line).entry_id for line in (build / CHUNKS).read_text().splitlines()]
    app = FastAPI()

    @app.post("/v1/diagnoses", status_code=201)
    def diagnose(question: Question) -> dict[str, Any]:
        similarities, rows = vectors.search(model.encode([question.symptom], normalize_embeddings=True), HITS)
        best: dict[str, float] = {}
        for similarity, row in zip(similarities[0], rows[0], strict=True):
            best.setdefault(entry_ids[row], float(similarity))
        causes = [{"entry_id": entry_id, "similarity": similarity} for entry_id, similarity in best.items()]
        return {"causes": causes[:CAUSES]}

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


if __name__ == "__main__":
    model_name, build, port = sys.argv[1:]
    uvicorn.run(create_app(model_name, Path(build)), port=int(port), log_level="warning")
