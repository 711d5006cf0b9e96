"""What one writes first: FastAPI, sentence-transformers and FAISS, to measure the service beside.

It finds entries, no more: it ranks by one similarity, knows no findings, and keeps nothing.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer

from indexer.artifact import CHUNKS
from indexer.chunks import Chunk

HITS, CAUSES = 50, 5


class Question(BaseModel):
    """Of a request of `/v1/diagnoses`, what is read."""

    symptom: str


def write_vectors(model_name: str, chunks: Sequence[Chunk], path: Path) -> None:
    """Encode chunks by this model, for a service that finds them done when it starts."""
    rows = SentenceTransformer(model_name, device="cpu").encode(
        [chunk.text for chunk in chunks], normalize_embeddings=True
    )
    vectors = faiss.IndexFlatIP(rows.shape[1])
    vectors.add(rows)
    faiss.write_index(vectors, str(path))


def create_app(model_name: str, build: Path, vectors_path: Path) -> FastAPI:
    """The service over the chunks of an index, with the vectors that `write_vectors` made of them."""
    model = SentenceTransformer(model_name, device="cpu")
    vectors = faiss.read_index(str(vectors_path))
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
    model_name, build, vectors_path, port = sys.argv[1:]
    uvicorn.run(create_app(model_name, Path(build), Path(vectors_path)), port=int(port), log_level="warning")
