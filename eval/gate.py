"""Refuse a change that makes answers worse: compare with a committed baseline, query by query."""

import json
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ValidationError

from eval.comparison import Difference, differences, require_same_queries
from eval.errors import NoBaseline
from eval.measures import Judgement, judge, measure
from eval.runs import Run

BASELINE = Path(__file__).parent / "baseline.json"
SIGNIFICANCE = 0.05
"""Chance that a change which makes nothing worse is refused, over all measures (Holm 1979, "A simple sequentially
rejective multiple test procedure")."""


class Baseline(BaseModel):
    """The answers that later ones are held against: what measures need of each query."""

    made_at: date
    measures: dict[str, float | None]
    judgements: list[Judgement]


def write_baseline(run: Run, path: Path) -> None:
    """Make a run the baseline. One query a line, so that a change of the file shows what moved."""
    judgements = judge(run)
    head = {"made_at": run.info.started_at.date().isoformat(), "measures": measure(judgements)}
    lines = ",\n".join(f"  {judgement.model_dump_json()}" for judgement in judgements)
    path.write_text(f'{json.dumps(head, indent=1)[:-2]},\n "judgements": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def read_baseline(path: Path) -> Baseline:
    """Read what `write_baseline` wrote.

    :raises NoBaseline: if it isn't there or can't be read.
    """
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise NoBaseline(path) from error


def compare_with_baseline(run: Run, baseline: Baseline) -> tuple[list[Difference], list[Difference]]:
    """All differences from the baseline, and those of them that are worse by more than noise.

    :raises OtherQueries: if the baseline answered other queries.
    """
    judgements = judge(run)
    require_same_queries("baseline", run.info.name, baseline.judgements, judgements)
    found = differences(baseline.judgements, judgements)
    return found, _fallen(found)


def _fallen(found: list[Difference]) -> list[Difference]:
    tested = sorted((d for d in found if d.p_value is not None), key=lambda d: d.p_value or 0.0)
    fallen = []
    for number, difference in enumerate(tested):
        # Only half of what chance does is a fall, so that twice the level is allowed either way.
        if (difference.p_value or 0.0) > 2 * SIGNIFICANCE / (len(tested) - number):
            break
        if (difference.improvement or 0.0) < 0:
            fallen.append(difference)
    return fallen
