"""Plots as SVG that takes the colours of the page around it, light or dark.

matplotlib writes colours as numbers; each colour here is a placeholder that is replaced by a CSS variable of the page.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.dialogues import DialogueGroup
from eval.measures import CALIBRATION_BINS, Group, Judgement, Table, calibration_bin, coverage_and_risk

INK, MUTED, GRID, ACCENT = "#010101", "#020202", "#030303", "#040404"
OTHERS = ("#050505", "#060606", "#070707")
_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--line)",
    ACCENT: "var(--accent)",
    **{colour: f"var(--other-{number})" for number, colour in enumerate(OTHERS, start=1)},
}
WIDTH, HEIGHT = 5.0, 3.4
"""Inches of 72 points: about the width of a telephone, so that text keeps its size there."""
_STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "text.parse_math": False,
    "svg.fonttype": "none",  # text stays text: selectable, in the page's font
    "svg.hashsalt": "causeway",
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "text.color": INK,
    "legend.frameon": False,
}


@contextmanager
def _plot(height: float = HEIGHT) -> Iterator[tuple[Figure, Axes]]:
    with style.context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure, figure.subplots()


def _svg(figure: Figure, description: str) -> Markup:
    text = io.StringIO()
    with style.context(_STYLE):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = text.getvalue()[text.getvalue().index("<svg") :]
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    # Ids would clash between the plots of a page.
    prefix = re.sub(r"\W+", "-", description.lower())
    svg = re.sub(r'(\bid="|href="#|url\(#)([\w-]+)', lambda match: f"{match[1]}{prefix}-{match[2]}", svg)
    svg = _without_style_attributes(svg, prefix)
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{Markup.escape(description)}" ', 1))  # noqa: S704


def _without_style_attributes(svg: str, prefix: str) -> str:
    # Content security policies can allow style elements, by their hashes, but no attributes.
    classes: dict[str, str] = {}
    svg = re.sub(
        r' style="([^"]*)"', lambda match: f' class="{classes.setdefault(match[1], f"{prefix}-{len(classes)}")}"', svg
    )
    rules = "".join(f"\n.{name}{{{style}}}" for style, name in classes.items())
    return svg.replace("</style>", f"{rules}</style>", 1)


def reliability(judgements: Sequence[Judgement]) -> Markup:
    """How often the first answer is right, by the probability that it was given."""
    table = Table.of(judgements)
    bins = calibration_bin(table.first_probability)
    with _plot() as (figure, axes):
        axes.plot([0, 1], [0, 1], color=GRID, linewidth=1.5)
        for number in range(CALIBRATION_BINS):
            inside = bins == number
            if inside.any():
                stated, right = table.first_probability[inside].mean(), table.first_right[inside].mean()
                axes.plot([stated, stated], [stated, right], color=ACCENT, linewidth=1, alpha=0.5)
                axes.scatter(stated, right, s=10 + 400 * inside.mean(), color=ACCENT, linewidths=0)
        axes.set(
            xlim=(0, 1),
            ylim=(-0.03, 1.03),
            xlabel="probability given to the first answer",
            ylabel="share that was right",
        )
        return _svg(figure, "Reliability diagram: stated probability against the share that was right")


def risk_coverage(judgements_of: Mapping[str, Sequence[Judgement]]) -> Markup:
    """Share of wrong first answers, by the share of queries answered, surest first; one curve a system."""
    with _plot() as (figure, axes):
        for colour, (name, judgements) in zip((ACCENT, *OTHERS), judgements_of.items(), strict=False):
            coverage, risk = coverage_and_risk(Table.of(judgements))
            there = ~np.isnan(risk)
            axes.plot(coverage[there], risk[there], color=colour, label=name, linewidth=2 if colour == ACCENT else 1.2)
        axes.axhline(0.05, color=GRID, linewidth=1, linestyle="--")
        axes.set(
            xlim=(0, 1), ylim=(0, None), xlabel="share of queries answered, surest first", ylabel="wrong first answers"
        )
        axes.legend(labelcolor=MUTED)
        return _svg(figure, "Risk-coverage curve")


def questions(groups: Sequence[DialogueGroup]) -> Markup:
    """P@1 by the number of questions that a simulated user answered, one line a group, with its intervals."""
    with _plot() as (figure, axes):
        for colour, group in zip((ACCENT, *OTHERS), groups, strict=False):
            numbers = range(len(group.first_right))
            values = [estimate.value or 0.0 for estimate in group.first_right]
            lows, highs = ([getattr(estimate, end) for estimate in group.first_right] for end in ("low", "high"))
            axes.plot(numbers, values, color=colour, label=group.name, linewidth=2, marker="o", markersize=4)
            axes.fill_between(numbers, lows, highs, color=colour, alpha=0.12, linewidth=0)
        axes.set(ylim=(0, 1.02), xticks=range(len(groups[0].first_right)), xlabel="questions answered", ylabel="P@1")
        axes.legend(labelcolor=MUTED, loc="lower right")
        return _svg(figure, "P@1 by the number of questions answered")


def bars(groups: Sequence[Group], measure: str) -> Markup:
    """One measure of each group, with its interval."""
    shown = [(group, estimate) for group in reversed(groups) if (estimate := group.measures[measure]).value is not None]
    with _plot(height=0.8 + 0.28 * len(shown)) as (figure, axes):
        for row, (group, estimate) in enumerate(shown):
            axes.barh(row, estimate.value or 0.0, color=ACCENT, height=0.55, alpha=0.75)
            axes.plot([estimate.low or 0.0, estimate.high or 0.0], [row, row], color=INK, linewidth=1.2)
            axes.text(1.03, row, f"{group.queries}", va="center", color=MUTED, fontsize=9)
        axes.set_yticks(range(len(shown)), [group.name.partition(": ")[2] for group, _ in shown])
        axes.set(xlim=(0, 1), xlabel=f"{measure} with 95 % interval; queries on the right")
        return _svg(figure, f"{measure} by {shown[0][0].name.split(':')[0]}" if shown else measure)


def latency(milliseconds: Sequence[float]) -> Markup:
    """How long answers took."""
    most = float(np.percentile(milliseconds, 99))
    with _plot() as (figure, axes):
        axes.hist(np.minimum(milliseconds, most), bins=40, color=ACCENT, alpha=0.75)
        axes.axvline(float(np.median(milliseconds)), color=INK, linewidth=1)
        axes.set(xlabel="milliseconds an answer; line: median; slowest 1 % in the last bar", ylabel="queries")
        return _svg(figure, "Latency histogram")
