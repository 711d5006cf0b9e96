"""What one writes first: FastAPI, sentence-transformers and FAISS, to measure the service beside.

It finds entries, no more: it ranks by one similarity, knows no findings, and keeps nothing.
"""

import json
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

VECTORS, ENTRY_IDS = "vectors.faiss", "entry_ids.json"
HITS, CAUSES = 50, 5


class Question(BaseModel):
    """Of a request of `/v1/diagnoses`, what is read."""

    symptom: str


def build(model_name: str, folder: Path) -> None:
    """Write what the service loads, of the chunks that are in the folder."""
    chunks = [Chunk.model_validate_json(line) for line in (folder / CHUNKS).read_text().splitlines()]
    vectors = SentenceTransformer(model_name, device="cpu").encode(
        [chunk.text for chunk in chunks], normalize_embeddings=True
    )
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / VECTORS))
    (folder / ENTRY_IDS).write_text(json.dumps([chunk.entry_id for chunk in chunks]))


def create_app(model_name: str, folder: Path) -> FastAPI:
    """The service over what `build` wrote."""
    model = SentenceTransformer(model_name, device="cpu")
    index = faiss.read_index(str(folder / VECTORS))
    entry_ids = json.loads((folder / ENTRY_IDS).read_text())
    app = FastAPI()

    @app.post("/v1/diagnoses", status_code=201)
    def diagnose(question: Question) -> dict[str, Any]:
        similarities, rows = index.search(model.encode([question.symptom], normalize_embeddings=True), HITS)
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
    model_name, folder, what = sys.argv[1:]
    if what == "build":
        build(model_name, Path(folder))
    else:
        uvicorn.run(create_app(model_name, Path(folder)), port=int(what), log_level="warning")
