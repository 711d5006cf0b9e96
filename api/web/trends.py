"""Days in a row, out of insights that name only those on which something was asked."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from api.shapes.insights import Rate
from api.statistics import rate
from api.web.plots import DayRate


def first_moment(days: int, now: datetime) -> datetime:
    """When the first of so many days began, of which today is the last; days are those of UTC."""
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=days - 1), time(), UTC)


def days_between(since: datetime, until: datetime) -> list[date]:
    """All days of a period."""
    first = since.date()
    return [first + timedelta(days=number) for number in range((until.date() - first).days + 1)]


def total(days: Iterable[date], rate_of: Mapping[date, Rate]) -> Rate:
    """The rate of several days together."""
    rates = [rate_of[day] for day in days if day in rate_of]
    return rate(sum(each.count for each in rates), sum(each.of for each in rates))


def smooth(days: Iterable[date], rate_of: Mapping[date, Rate], window: int) -> list[DayRate]:
    """The rate of each day together with the days before it, `window` in all: of one day alone there is too little."""
    before = [timedelta(days=number) for number in range(window)]
    return [DayRate(day, total((day - ago for ago in before), rate_of)) for day in days]
