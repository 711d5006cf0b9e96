"""A run as one page that needs no network: what a maintainer looks at after a change."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval import plots
from eval.comparison import Difference, changes, differences, require_same_queries
from eval.dialogues import Dialogue, summarise_dialogues
from eval.measures import LOWER_IS_BETTER, MEASURES, Summary, judge, summarise
from eval.runs import Answer, Run

WORST = 25
CONFUSIONS = 20
TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Confusion:
    """An entry that was answered although another was right, or although none was (`right` is None)."""

    answered: str
    right: str | None
    queries: Sequence[Answer]


def render_report(
    run: Run, others: Mapping[str, Run], baseline: Run | None = None, dialogues: Sequence[Dialogue] = ()
) -> str:
    """The page.

    :param others: systems to show beside the run, by name.
    :param baseline: an earlier run of the same queries to compare with.
    :param dialogues: conversations about the run's queries.
    :raises OtherQueries: if a system answered other queries.
    """
    judgements = judge(run)
    for name, other in {**others, **({baseline.info.name: baseline} if baseline else {})}.items():
        require_same_queries(run.info.name, name, judgements, judge(other))
    summary = summarise(run)
    parts = {
        kind: [group for group in summary.groups if group.name.startswith(f"{kind}: ")] for kind in ("section", "style")
    }
    conversed = summarise_dialogues(dialogues)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        run=run.info,
        summary=summary,
        measures=list(MEASURES),
        lower_is_better=LOWER_IS_BETTER,
        systems={name: _first_group(summarise(other)) for name, other in others.items()},
        differences=_differences(baseline, run),
        baseline=baseline.info if baseline else None,
        changes=changes(baseline, run)[:WORST] if baseline else [],
        reliability=plots.reliability(judgements) if run.info.calibrated else None,
        risk_coverage=plots.risk_coverage(
            {run.info.system: judgements, **{name: judge(other) for name, other in others.items()}}
        ),
        parts={kind: plots.bars(groups, "P@1") for kind, groups in parts.items() if groups},
        latency=plots.latency([answer.latency_ms for answer in run.answers]),
        dialogues=conversed,
        questions=plots.questions(conversed.groups) if conversed.groups else None,
        confusions=_confusions(run),
        worst=_worst(run),
    )


def _first_group(summary: Summary) -> dict[str, float | None]:
    return {name: estimate.value for name, estimate in summary.groups[0].measures.items()}


def _differences(baseline: Run | None, run: Run) -> list[Difference]:
    return differences(judge(baseline), judge(run)) if baseline else []


def _confusions(run: Run) -> list[Confusion]:
    """Wrong first answers by what was answered instead of what, most frequent first."""
    queries: dict[tuple[str, str | None], list[Answer]] = {}
    for answer in run.answers:
        labels = answer.query.labels
        first = answer.causes[0].entry_id if answer.causes else None
        if first and first not in labels and (labels or answer.none_score < 0.5):
            right = max(labels, key=lambda key: labels[key]) if labels else None
            queries.setdefault((first, right), []).append(answer)
    counted = Counter({pair: len(answers) for pair, answers in queries.items()})
    return [Confusion(*pair, queries[pair]) for pair, _ in counted.most_common(CONFUSIONS)]


def _worst(run: Run) -> list[Answer]:
    """Wrong first answers, those given with most certainty first."""
    wrong = [answer for answer in run.answers if answer.causes and answer.causes[0].entry_id not in answer.query.labels]
    return sorted(wrong, key=lambda answer: -answer.causes[0].score)[:WORST]
