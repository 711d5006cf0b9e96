"""`/v1/insights`: what a maintainer learns from what was asked."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import AwareDatetime, BeforeValidator

from api.dependencies import CurrentDatabase, CurrentDiagnoser
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.feedback import Verdict
from api.shapes.insights import (
    Abstention,
    ConfusedPair,
    Confusions,
    DayAbstention,
    DaySolved,
    DayVolume,
    Drift,
    EntryOutcome,
    EntryOutcomes,
    NearestEntry,
    Rate,
    Solved,
    Unanswered,
    UnansweredCluster,
    UnansweredSymptom,
    Volume,
)
from api.statistics import difference_p_value, rate
from api.store import insights as stored
from api.store.insights import DayCounts, Period, UnansweredDiagnosis
from api.symptom_clusters import cluster_symptoms

router = APIRouter(
    prefix="/v1/insights",
    tags=["insights"],
    dependencies=[requires(Scope.ADMIN)],
    responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY),
)

DEFAULT_DAYS = 30
MOST_CLUSTERED = 300
"""The first look encodes each of them, which takes milliseconds a symptom."""
EXAMPLES = 5
NEAREST = 3
SIGNIFICANT = 0.01


def _no_number(value: object) -> object:
    # A number would be taken for seconds since 1970.
    if isinstance(value, str) and value.replace(".", "").lstrip("-").isdigit():
        raise ValueError("give a date and time with its time zone, such as 2026-01-31T09:30:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]


async def _period(
    since: Annotated[Moment | None, Query(description="30 days before `until` if it isn't given.")] = None,
    until: Annotated[Moment | None, Query(description="Now if it isn't given.")] = None,
) -> Period:
    end = until or datetime.now(UTC)
    start = since or end - timedelta(days=DEFAULT_DAYS)
    if start >= end:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "`since` must be before `until`")
    return Period(start, end)


AskedPeriod = Annotated[Period, Depends(_period)]


@router.get("/volume")
def get_volume(period: AskedPeriod, database: CurrentDatabase) -> Volume:
    """How much was asked, by day."""
    days = database.read(lambda connection: stored.days(connection, period))
    diagnoses = sum(day.diagnoses for day in days)
    return Volume(
        since=period.since,
        until=period.until,
        diagnoses=diagnoses,
        with_feedback=rate(sum(day.with_feedback for day in days), diagnoses),
        days=[DayVolume(day=day.day, diagnoses=day.diagnoses, with_feedback=day.with_feedback) for day in days],
    )


@router.get("/abstention")
def get_abstention(period: AskedPeriod, database: CurrentDatabase) -> Abstention:
    """How often the answer was "I don't know", by day."""
    days = database.read(lambda connection: stored.days(connection, period))
    return Abstention(
        since=period.since,
        until=period.until,
        unsure=_unsure(days),
        days=[DayAbstention(day=day.day, unsure=_unsure([day])) for day in days],
    )


@router.get("/solved")
def get_solved(period: AskedPeriod, database: CurrentDatabase) -> Solved:
    """How often an answer solved it, of those that anybody said something about; by the day of the question."""
    days = database.read(lambda connection: stored.days(connection, period))
    return Solved(
        since=period.since,
        until=period.until,
        solved=rate(sum(day.solved for day in days), sum(day.with_feedback for day in days)),
        days=[DaySolved(day=day.day, solved=rate(day.solved, day.with_feedback)) for day in days],
    )


@router.get("/drift")
def get_drift(
    period: AskedPeriod,
    database: CurrentDatabase,
    recent_days: Annotated[int, Query(ge=1, le=365, description="Length of the recent time, in days.")] = 7,
) -> Drift:
    """Whether "I don't know" is more or less frequent lately than before, by more than chance."""
    recent_since = period.until - timedelta(days=recent_days)
    if recent_since <= period.since:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "nothing is left before the recent days: ask for more")
    halves = Period(period.since, recent_since), Period(recent_since, period.until)
    before, recent = database.read(lambda connection: [_unsure(stored.days(connection, half)) for half in halves])
    p_value = difference_p_value(before, recent)
    return Drift(
        since=period.since,
        until=period.until,
        recent_since=recent_since,
        before=before,
        recent=recent,
        p_value=p_value,
        drifted=p_value < SIGNIFICANT,
    )


@router.get("/entries")
def get_entry_outcomes(period: AskedPeriod, database: CurrentDatabase, diagnoser: CurrentDiagnoser) -> EntryOutcomes:
    """How often each entry was listed, and what people said about it; and the entries that never were."""
    listings, verdicts = database.read(
        lambda connection: (stored.listings(connection, period), stored.verdicts(connection, period))
    )
    known = diagnoser.index.entries
    outcomes = []
    for entry_id in listings.keys() | {entry_id for entry_id, _ in verdicts}:
        solved, not_it, wrong = (verdicts[entry_id, verdict] for verdict in Verdict)
        listing = listings.get(entry_id, stored.Listings())
        outcomes.append(
            EntryOutcome(
                entry_id=entry_id,
                title=known[entry_id].title if entry_id in known else None,
                listed=listing.listed,
                first=listing.first,
                solved=solved,
                not_it=not_it,
                wrong=wrong,
                solved_rate=rate(solved, solved + not_it + wrong),
            )
        )
    return EntryOutcomes(
        since=period.since,
        until=period.until,
        entries=sorted(outcomes, key=lambda outcome: (-outcome.listed, outcome.entry_id)),
        never_listed=[entry_id for entry_id in known if entry_id not in listings],
    )


@router.get("/unanswered")
def get_unanswered(period: AskedPeriod, database: CurrentDatabase, diagnoser: CurrentDiagnoser) -> Unanswered:
    """Symptoms that nothing answered, those that sound alike together: the largest group is the next entry to write.

    A group whose nearest entry is the right one lacks phrasings or reports in that entry instead.
    """
    diagnoses = database.read(lambda connection: stored.unanswered(connection, period))
    latest = diagnoses[:MOST_CLUSTERED]
    groups = cluster_symptoms(diagnoser.index, [diagnosis.symptom for diagnosis in latest])
    return Unanswered(
        since=period.since,
        until=period.until,
        symptoms=len(diagnoses),
        clustered=len(latest),
        clusters=[_cluster([latest[number] for number in group]) for group in groups],
    )


@router.get("/confusions")
def get_confusions(period: AskedPeriod, database: CurrentDatabase) -> Confusions:
    """Which cause came first where which other one solved it."""
    pairs: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for diagnosis in database.read(lambda connection: stored.mistaken(connection, period)):
        pairs[diagnosis.first_entry_id, diagnosis.solved_by].append(diagnosis.id)
    return Confusions(
        since=period.since,
        until=period.until,
        confusions=[
            ConfusedPair(answered=answered, solved_by=solved_by, count=len(ids), diagnosis_ids=ids[:EXAMPLES])
            for (answered, solved_by), ids in sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
        ],
    )


def _unsure(days: list[DayCounts]) -> Rate:
    return rate(sum(day.unsure for day in days), sum(day.diagnoses for day in days))


def _cluster(diagnoses: list[UnansweredDiagnosis]) -> UnansweredCluster:
    nearest = Counter(diagnosis.first_entry_id for diagnosis in diagnoses if diagnosis.first_entry_id)
    return UnansweredCluster(
        size=len(diagnoses),
        examples=[
            UnansweredSymptom(diagnosis_id=diagnosis.id, created_at=diagnosis.created_at, symptom=diagnosis.symptom)
            for diagnosis in diagnoses[:EXAMPLES]
        ],
        nearest_entries=[
            NearestEntry(entry_id=entry_id, count=count) for entry_id, count in nearest.most_common(NEAREST)
        ],
        first_at=min(diagnosis.created_at for diagnosis in diagnoses),
        last_at=max(diagnosis.created_at for diagnosis in diagnoses),
    )
