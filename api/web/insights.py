"""`/insights`: what a maintainer learns from what was asked, and what to do next."""

import asyncio
from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.insights import (
    Abstention,
    Confusions,
    Drift,
    EntryOutcome,
    EntryOutcomes,
    Solved,
    Unanswered,
    Volume,
)
from api.web.evaluation import find_report
from api.web.inquiry import inquire
from api.web.plots import Counts, DayCount, Rates, plot_counts, plot_rates
from api.web.site import POLICY, render
from api.web.trends import days_between, first_moment, smooth, total

if TYPE_CHECKING:
    from api.client import AsyncCausewayClient, StoredFeedback

router = APIRouter(include_in_schema=False, dependencies=[requires(Scope.ADMIN)])

PERIODS = (7, 30, 90)
"""Days, to choose from."""
DRIFT_DAYS = 30
"""Least time in which to look for a change of the last week."""
WINDOW = 7
"""How many days a rate is of where there are enough."""
SAID = 8
"""How much of what people said is shown."""


@dataclass(frozen=True)
class Trends:
    """What changes over time."""

    volume: Counts
    abstention: Rates
    solved: Rates


@router.get("/insights")
async def insights_page(
    request: Request, days: Annotated[int, Query(ge=1, le=365, description="Length of the period.")] = 30
) -> HTMLResponse:
    """What was asked in the last days, what became of it, and what that leaves to do."""
    now = datetime.now(UTC)
    since = first_moment(days, now)
    window = WINDOW if days > 2 * WINDOW else 1
    # The rate of the first day is of days before it, too.
    earlier = first_moment(days + window - 1, now)
    async with inquire(request) as causeway:
        # Together, as none waits for another; in groups, so that each keeps its type.
        (volume, abstention, solved, drift), (outcomes, unanswered, confusions), (index, readiness) = await gather(
            gather(
                causeway.insight(Volume, since, now),
                causeway.insight(Abstention, earlier, now),
                causeway.insight(Solved, earlier, now),
                causeway.insight(Drift, first_moment(max(days, DRIFT_DAYS), now), now),
            ),
            gather(
                causeway.insight(EntryOutcomes, since, now),
                causeway.insight(Unanswered, since, now),
                causeway.insight(Confusions, since, now),
            ),
            gather(causeway.index(), causeway.readiness()),
        )
        entries = {entry.id: entry async for entry in causeway.entries()}
        said = await _latest_feedback(causeway)
    shown = days_between(since, now)
    unsure_on = {day.day: day.unsure for day in abstention.days}
    solved_on = {day.day: day.solved for day in solved.days}
    return render(
        request,
        "insights.html",
        headers={
            # One report of ours is shown within; nothing of this is for the next person at the same browser.
            "Content-Security-Policy": f"{POLICY}; frame-src 'self'",
            "Cache-Control": "no-store",
        },
        days=days,
        periods=PERIODS,
        volume=volume,
        unsure=total(shown, unsure_on),
        solved=total(shown, solved_on),
        drift=drift,
        window=window,
        trends=Trends(
            volume=plot_counts(_counts(shown, volume)),
            abstention=plot_rates(smooth(shown, unsure_on, window)),
            solved=plot_rates(smooth(shown, solved_on, window)),
        ),
        unanswered=unanswered,
        alone=[cluster for cluster in unanswered.clusters if cluster.size == 1],
        alike=[cluster for cluster in unanswered.clusters if cluster.size > 1],
        outcomes=_by_need(outcomes.entries),
        never_listed=outcomes.never_listed,
        confusions=confusions.confusions,
        titles={entry.id: entry.title for entry in entries.values()},
        sections={entry.id: entry.section for entry in entries.values()},
        said=said,
        index=index,
        readiness=readiness,
        report=await asyncio.to_thread(find_report, request),
    )


def _counts(days: Sequence[date], volume: Volume) -> list[DayCount]:
    counted = {day.day: DayCount(day.day, day.diagnoses, day.with_feedback) for day in volume.days}
    return [counted.get(day, DayCount(day)) for day in days]


def _by_need(outcomes: Sequence[EntryOutcome]) -> list[EntryOutcome]:
    """Entries that most people were not helped by first; of those alike, the ones that most people saw."""
    return sorted(
        outcomes, key=lambda entry: (-(entry.not_it + entry.wrong), -entry.wrong, -entry.first, -entry.listed)
    )


async def _latest_feedback(causeway: "AsyncCausewayClient") -> "list[StoredFeedback]":
    said = []
    async for one in causeway.list_feedback():
        said.append(one)
        if len(said) == SAID:
            break
    return said
