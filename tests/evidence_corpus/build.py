"""Write the queries: `python -m tests.evidence_corpus.build` makes `eval/queries/evidence.jsonl` of `cases.yaml`.

A case is `id`, `question`, `labels` (entry id to grade), `evidence` and, where the prose or an oddity points elsewhere,
`decoys`: the entries that must not come first. A piece of evidence has the `name` that the user gives it, and either
`text` or a `file` of `recorded/` or `written/` with the variants that it goes through (`as`).
"""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.evidence_corpus.variants import VARIANTS

CORPUS = Path(__file__).parent
QUERIES = CORPUS.parents[1] / "eval" / "queries" / "evidence.jsonl"


def cases() -> list[dict[str, Any]]:
    """What `cases.yaml` says."""
    return list(yaml.safe_load((CORPUS / "cases.yaml").read_text(encoding="utf-8")))


def files_of_cases() -> set[str]:
    """Names of the files in `recorded/` and `written/` that cases use."""
    pieces = [piece for case in cases() for piece in case["evidence"]]
    return {piece["file"] for piece in pieces if "file" in piece}


def queries() -> list[dict[str, Any]]:
    """The cases with their evidence, as a query set holds them."""
    return [
        {
            "id": case["id"],
            "question": case["question"],
            "labels": case["labels"],
            "evidence": [_evidence(piece) for piece in case["evidence"]],
            "style": "decoy" if "decoys" in case else "evidence",
            "decoys": case.get("decoys", []),
        }
        for case in cases()
    ]


def _evidence(piece: dict[str, Any]) -> dict[str, str]:
    if "text" in piece:
        return {"name": piece["name"], "text": piece["text"]}
    folder = next(folder for folder in ("recorded", "written") if (CORPUS / folder / piece["file"]).exists())
    text = (CORPUS / folder / piece["file"]).read_bytes().decode()
    for variant in piece.get("as", []):
        text = VARIANTS[variant](text)
    return {"name": piece["name"], "text": text}


def main() -> None:
    """Write the queries."""
    QUERIES.write_text("".join(json.dumps(query, ensure_ascii=False) + "\n" for query in queries()), encoding="utf-8")


if __name__ == "__main__":
    main()
