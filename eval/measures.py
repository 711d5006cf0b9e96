"""How good the answers are, through ir-measures and under its names."""

from collections.abc import Sequence

import ir_measures
from ir_measures import RR, P, R, Success, nDCG

from eval.runs import Answered, trec_run

MEASURES = (P @ 1, P(rel=2) @ 1, Success @ 3, RR, nDCG @ 5, R @ 10)


def measure(answers: Sequence[Answered]) -> dict[str, float | None]:
    """Mean of each measure over the answerable queries, by its ir-measures name; 1 is best, None if there are none."""
    answerable = [answered for answered in answers if answered.query.labels]
    qrels = {answered.query.id: dict(answered.query.labels) for answered in answerable}
    if not answerable:
        return {str(name): None for name in MEASURES}
    results = ir_measures.calc_aggregate(MEASURES, qrels, trec_run(answerable))
    return {str(name): float(results[name]) for name in MEASURES}
