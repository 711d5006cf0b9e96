"""Where the marks of a plot go; templates draw them as SVG, in the colours of the page.

Lengths are in units of the plot; it is shown about as wide as a telephone, so that its text keeps its size there.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from api.shapes.insights import Rate

WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 390, 12, 164
"""Edges of the area between the axes."""
MOST_TICKS = 4
MOST_LABELS = 4


@dataclass(frozen=True)
class Label:
    """A text on an axis; `position` is along that axis."""

    position: float
    text: str


@dataclass(frozen=True)
class Bar:
    """The count of one day; `part` of it is drawn darker."""

    x: float
    width: float
    top: float
    part_top: float
    day: date
    count: int
    part: int


@dataclass(frozen=True)
class Counts:
    """A bar for every day."""

    bars: Sequence[Bar]
    days: Sequence[Label]
    ticks: Sequence[Label]


@dataclass(frozen=True)
class Point:
    """The rate as of a day."""

    x: float
    y: float
    day: date
    rate: Rate


@dataclass(frozen=True)
class Stretch:
    """Days in a row with a rate each: a line through the rates, and a band that covers their intervals."""

    points: Sequence[Point]
    line: str
    band: str


@dataclass(frozen=True)
class Rates:
    """A line that is broken where there is nothing to count."""

    stretches: Sequence[Stretch]
    days: Sequence[Label]
    ticks: Sequence[Label]


@dataclass(frozen=True)
class DayCount:
    """How many things there were on a day, and how many of them are of some kind."""

    day: date
    count: int = 0
    part: int = 0


@dataclass(frozen=True)
class DayRate:
    """A rate as of a day."""

    day: date
    rate: Rate


def plot_counts(days: Sequence[DayCount]) -> Counts:
    """Counts of days in a row."""
    ticks = _ticks(max((day.count for day in days), default=0))
    slot = (RIGHT - LEFT) / max(len(days), 1)

    def height(count: int) -> float:
        return BOTTOM - (BOTTOM - TOP) * count / ticks[-1]

    return Counts(
        bars=[
            Bar(
                x=LEFT + slot * (number + 0.1),
                width=slot * 0.8,
                top=height(day.count),
                part_top=height(day.part),
                day=day.day,
                count=day.count,
                part=day.part,
            )
            for number, day in enumerate(days)
        ],
        days=_day_labels([day.day for day in days]),
        ticks=[Label(height(tick), f"{tick:,}") for tick in ticks],
    )


def plot_rates(days: Sequence[DayRate]) -> Rates:
    """Rates of days in a row, from 0 to 1."""
    slot = (RIGHT - LEFT) / max(len(days), 1)
    points = [
        Point(LEFT + slot * (number + 0.5), _height(day.rate.rate), day.day, day.rate)
        if day.rate.rate is not None
        else None
        for number, day in enumerate(days)
    ]
    return Rates(
        stretches=[_stretch(points) for points in _without_gaps(points)],
        days=_day_labels([day.day for day in days]),
        ticks=[Label(_height(share), f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)],
    )


def _height(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share


def _without_gaps(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    row: list[Point] = []
    for point in (*points, None):
        if point:
            row.append(point)
        elif row:
            yield row
            row = []


def _stretch(points: list[Point]) -> Stretch:
    alone = len(points) == 1
    # So that a day by itself has a width.
    placed = [(points[0].x + x, points[0]) for x in (-2, 2)] if alone else [(point.x, point) for point in points]
    upper = [f"{x:.1f},{_height(point.rate.high):.1f}" for x, point in placed]
    lower = [f"{x:.1f},{_height(point.rate.low):.1f}" for x, point in reversed(placed)]
    line = " ".join(f"{x:.1f},{point.y:.1f}" for x, point in placed)
    return Stretch(points, line=line, band=" ".join(upper + lower))


def _ticks(most: int) -> list[int]:
    """Round numbers from 0 to the first one that is not below `most`."""
    step = 1
    while math.ceil(most / step) > MOST_TICKS:
        step = _next_step(step)
    return list(range(0, max(math.ceil(most / step), 1) * step + 1, step))


def _next_step(step: int) -> int:
    """1, 2, 5, 10, 20, 50 and so on."""
    return step * 5 // 2 if str(step).startswith("2") else step * 2


def _day_labels(days: Sequence[date]) -> list[Label]:
    slot = (RIGHT - LEFT) / max(len(days), 1)
    every = max(1, math.ceil(len(days) / MOST_LABELS))
    # Counted back from the last day, which is today.
    shown = range(len(days) - 1, -1, -every)
    return [Label(LEFT + slot * (number + 0.5), f"{days[number].day} {days[number]:%b}") for number in reversed(shown)]
