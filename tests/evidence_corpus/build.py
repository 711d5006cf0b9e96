"""Write the queries: `python -m tests.evidence_corpus.build` makes `eval/queries/evidence.jsonl` of `cases.yaml`.

A case is `id`, `question`, `labels` (entry id to grade), `evidence` and, where the prose or an oddity points elsewhere,
`decoys`: the entries that must not come first. A piece of evidence is the name of a file in `recorded/` or `written/`,
or a mapping of `file` with `as`, the variants that it goes through, or `text` written here; `name` is what the user calls
it.
"""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.evidence_corpus.variants import VARIANTS

CORPUS = Path(__file__).parent
QUERIES = CORPUS.parents[1] / "eval" / "queries" / "evidence.jsonl"


def queries() -> list[dict[str, Any]]:
    """The cases with their evidence, as a query set holds them."""
    return [
        {
            "id": case["id"],
            "question": case["question"].strip(),
            "labels": case["labels"],
            "evidence": [_evidence(piece) for piece in case.get("evidence", [])],
            "style": "decoy" if case.get("decoys") else "evidence",
            "decoys": case.get("decoys", []),
        }
        for case in yaml.safe_load((CORPUS / "cases.yaml").read_text(encoding="utf-8"))
    ]


def _evidence(piece: str | dict[str, Any]) -> dict[str, str]:
    if isinstance(piece, str):
        piece = {"file": piece}
    if "text" in piece:
        return {"name": piece["name"], "text": piece["text"]}
    text = _read(piece["file"])
    for variant in piece.get("as", []):
        text = VARIANTS[variant](text)
    return {"name": piece.get("name", Path(piece["file"]).name), "text": text}


def _read(name: str) -> str:
    folder = next(folder for folder in ("recorded", "written") if (CORPUS / folder / name).exists())
    return (CORPUS / folder / name).read_bytes().decode()


def main() -> None:
    lines = [json.dumps(query, ensure_ascii=False) + "\n" for query in queries()]
    QUERIES.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
