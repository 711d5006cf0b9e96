from datetime import UTC, date, datetime, timedelta

import pytest

from api.shapes.insights import Rate
from api.statistics import rate
from api.web.plots import BOTTOM, LEFT, RIGHT, TOP, DayCount, DayRate, plot_counts, plot_rates
from api.web.trends import days_between, first_moment, smooth, total

FIRST = date(2026, 3, 1)


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(count)]


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (5, ["0", "2", "4", "6"]),
        (13, ["0", "5", "10", "15"]),
        (40, ["0", "10", "20", "30", "40"]),
        (41, ["0", "20", "40", "60"]),
        (3_001, ["0", "1,000", "2,000", "3,000", "4,000"]),
    ],
)
def test_an_axis_ends_at_the_first_round_number_that_nothing_exceeds(most: int, ticks: list[str]) -> None:
    plot = plot_counts([DayCount(FIRST, most)])

    assert [tick.text for tick in plot.ticks] == ticks
    assert (plot.ticks[0].position, plot.ticks[-1].position) == (BOTTOM, TOP)


def test_bars_stand_on_the_axis_within_the_plot_and_their_part_within_them() -> None:
    plot = plot_counts([DayCount(day, number, number // 2) for number, day in enumerate(days(30))])

    assert plot.bars[0].top == plot.bars[0].part_top == BOTTOM
    assert all(before.x + before.width < after.x for before, after in zip(plot.bars, plot.bars[1:], strict=False))
    assert all(TOP <= bar.top <= bar.part_top <= BOTTOM for bar in plot.bars)
    assert plot.bars[0].x >= LEFT
    assert plot.bars[-1].x + plot.bars[-1].width <= RIGHT


def test_a_few_days_are_named_the_last_one_always() -> None:
    for count in (1, 4, 7, 30, 90):
        labels = [label.text for label in plot_counts([DayCount(day) for day in days(count)]).days]
        assert 1 <= len(labels) <= 4
        assert labels[-1] == f"{days(count)[-1].day} {days(count)[-1]:%b}"


def test_a_line_is_broken_where_there_is_nothing_to_count() -> None:
    rates = [rate(1, 2), rate(2, 2), rate(0, 0), rate(0, 4), rate(0, 0)]

    first, second = plot_rates([DayRate(*pair) for pair in zip(days(5), rates, strict=True)]).stretches

    assert [point.rate for point in first.points] == rates[:2]
    assert [point.y for point in first.points] == [(TOP + BOTTOM) / 2, TOP]
    assert len(first.line.split()) == 2
    assert len(first.band.split()) == 4
    assert [point.rate for point in second.points] == [rates[3]]
    assert len(set(second.line.split())) == 2, "a day alone can be seen, too"


def test_nothing_to_count_is_no_line() -> None:
    assert plot_rates([DayRate(FIRST, rate(0, 0))]).stretches == []


def test_a_period_begins_with_a_whole_day_of_utc_and_ends_now() -> None:
    now = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)

    assert first_moment(1, now) == datetime(2026, 3, 10, tzinfo=UTC)
    assert first_moment(30, now) == datetime(2026, 2, 9, tzinfo=UTC)
    assert days_between(first_moment(30, now), now) == [date(2026, 2, 9) + timedelta(days=n) for n in range(30)]
    assert len(days_between(first_moment(30, now), now)) == 30


def test_a_smooth_rate_is_that_of_the_days_up_to_it() -> None:
    counted: dict[date, Rate] = {FIRST: rate(1, 1), FIRST + timedelta(days=2): rate(0, 3)}

    smoothed = [(day.rate.count, day.rate.of) for day in smooth(days(5), counted, window=3)]

    assert smoothed == [(1, 1), (1, 1), (1, 4), (0, 3), (0, 3)]
    assert total(days(5), counted) == rate(1, 4)
