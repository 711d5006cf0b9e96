"""Shapes of `/v1/insights`: what a maintainer learns from what was asked."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field


class Rate(BaseModel):
    """A share of counted things with its 95 % interval (Wilson); without any, nothing is known about it."""

    count: int
    of: int
    rate: float | None = Field(description="count / of; null if `of` is 0.")
    low: float
    high: float


class Insight(BaseModel):
    """What was asked within a time; answers given later count as of the day of the question."""

    since: datetime
    until: datetime


class DayVolume(BaseModel):
    """One day, in UTC."""

    day: date
    diagnoses: int
    with_feedback: int


class Volume(Insight):
    """How much was asked, and how much of it somebody said something about."""

    diagnoses: int
    with_feedback: Rate
    days: list[DayVolume]


class DayAbstention(BaseModel):
    """One day, in UTC."""

    day: date
    unsure: Rate


class Abstention(Insight):
    """How often the last answer to a symptom was "I don't know"."""

    unsure: Rate
    days: list[DayAbstention]


class DaySolved(BaseModel):
    """One day, in UTC."""

    day: date
    solved: Rate


class Solved(Insight):
    """How often somebody said that a cause was it, of the diagnoses that anybody said something about."""

    solved: Rate
    days: list[DaySolved]


class EntryOutcome(BaseModel):
    """What became of the answers that listed an entry."""

    entry_id: str
    title: Annotated[str | None, Field(description="null if the index no longer has this entry.")]
    listed: int
    first: Annotated[int, Field(description="How often it was the first cause.")]
    solved: int
    not_it: int
    wrong: int
    solved_rate: Annotated[Rate, Field(description="solved of solved, not_it and wrong.")]


class EntryOutcomes(Insight):
    """Entries by how often they were listed, and those that never were."""

    entries: list[EntryOutcome]
    never_listed: Annotated[list[str], Field(description="Ids of entries of the index that no answer listed.")]


class UnansweredSymptom(BaseModel):
    """A symptom that nothing answered; its secrets are masked."""

    diagnosis_id: str
    created_at: datetime
    symptom: str


class NearestEntry(BaseModel):
    """An entry that came first for some of these symptoms, though it did not answer them."""

    entry_id: str
    count: int


class UnansweredCluster(BaseModel):
    """Symptoms that sound alike: an entry to write, or phrasings that one lacks."""

    size: int
    examples: Annotated[list[UnansweredSymptom], Field(description="The most typical ones first.")]
    nearest_entries: list[NearestEntry]
    first_at: datetime
    last_at: datetime


class Unanswered(Insight):
    """What went unanswered: unsure to the last, or told to be wrong; and nothing else solved it."""

    symptoms: int
    clustered: Annotated[int, Field(description="How many of them, the latest ones, are in the clusters.")]
    clusters: Annotated[list[UnansweredCluster], Field(description="Largest first.")]


class ConfusedPair(BaseModel):
    """How often one cause came first while another one solved it."""

    answered: str
    solved_by: str
    count: int
    diagnosis_ids: Annotated[list[str], Field(description="The latest of them.")]


class Confusions(Insight):
    """Pairs of entries that are taken for each other, most frequent first."""

    confusions: list[ConfusedPair]


class Drift(Insight):
    """Whether "I don't know" became more or less frequent lately."""

    recent_since: datetime
    before: Rate
    recent: Rate
    p_value: Annotated[
        float,
        Field(description="Probability of a difference like this one or a rarer one by chance: Fisher's exact test."),
    ]
    drifted: Annotated[bool, Field(description="Whether the p-value is below 0.01.")]
