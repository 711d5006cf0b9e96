"""Record scenarios anew: `python -m tests.evidence_corpus.record [SCENARIO...]` writes `recorded/<scenario>.<kind>`."""

import sys
from pathlib import Path

from tests.evidence_corpus.scenarios import SCENARIOS

RECORDED = Path(__file__).parent / "recorded"


def main(names: list[str]) -> None:
    RECORDED.mkdir(exist_ok=True)
    for name in names or SCENARIOS:
        for kind, text in SCENARIOS[name]().items():
            (RECORDED / f"{name}.{kind}").write_text(text, encoding="utf-8")
        print(name, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
