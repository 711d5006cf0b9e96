"""Record scenarios anew: `python -m tests.evidence_corpus.record [SCENARIO...]` writes `recorded/<scenario>.<kind>`.

Of a scenario that cases use, only the files that they use are written; of a new one, all.
"""

import sys

from tests.evidence_corpus.build import CORPUS, files_of_cases
from tests.evidence_corpus.scenarios import SCENARIOS

RECORDED = CORPUS / "recorded"


def main(names: list[str]) -> None:
    """Record these scenarios, or all."""
    RECORDED.mkdir(exist_ok=True)
    used = files_of_cases()
    for name in names or SCENARIOS:
        files = {f"{name}.{kind}": text for kind, text in SCENARIOS[name]().items()}
        for file, text in files.items():
            if file in used or not used & files.keys():
                (RECORDED / file).write_text(text, encoding="utf-8")
        print(name, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
