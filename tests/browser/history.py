"""A history for a service: what people might have asked it over some weeks, and what they said about its answers.

For what shows history: pictures of the insights, and looking at them while they are made.
"""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from api.shapes.feedback import FeedbackRequest, Role, Verdict
from api.store import diagnoses, feedback
from api.store.database import Database
from api.store.diagnoses import DiagnosisRecord
from eval.query_sets import Query
from retrieval import Confidence, Diagnoser
from retrieval.diagnosis import Diagnosis

DAYS = 90
SAY_SOMETHING = 0.4
"""Share of people who come back to say whether an answer helped; more of those whom it did."""
COMMENTS = {
    Verdict.SOLVED: (
        "",
        "",
        "That was it, thank you!",
        "Took me two days to find. The first check showed it at once.",
        "",
    ),
    Verdict.NOT_IT: (
        "",
        "I had that set already, it changed nothing.",
        "Close, but we don't use cookies at all.",
        "Checked all three steps, none of them is the case here.",
    ),
    Verdict.WRONG: ("The option has another name since the last version.", "The second link is dead."),
}


def write_history(database: Database, diagnoser: Diagnoser, queries: Sequence[Query], until: datetime) -> None:
    """Store diagnoses of these queries and words about them, the same ones whenever it is done.

    :param until: when the history ends; it began `DAYS` before.
    """
    chance = random.Random(9)
    for query, asked_at in zip(
        chance.sample(queries, len(queries)), _moments(len(queries), until, chance), strict=True
    ):
        request = query.request(top_k=5)
        diagnosis = diagnoser.diagnose(request).model_copy(update={"id": uuid.UUID(int=chance.getrandbits(128)).hex})
        record = DiagnosisRecord(request.model_copy(update={"evidence": ()}), diagnosis, asked_at)
        words = _words_about(diagnosis, query, chance)
        database.write(lambda connection, record=record: diagnoses.add(connection, [record]))  # type: ignore[misc]
        for word in words:
            said = feedback.feedback_of(record, word, word.comment, min(until, asked_at + timedelta(hours=2)))
            database.write(lambda connection, said=said: feedback.put(database, connection, said))  # type: ignore[misc]


def _moments(count: int, until: datetime, chance: random.Random) -> list[datetime]:
    """When people ask: more every week, less on weekends, rarely at night."""
    days = [until - timedelta(days=number) for number in range(DAYS)]
    weights = [(2 * DAYS - number) * (0.35 if day.weekday() > 4 else 1) for number, day in enumerate(days)]
    moments = (
        day.replace(hour=0, minute=0) + timedelta(hours=chance.triangular(6, 24, 15))
        for day in chance.choices(days, weights, k=count)
    )
    return sorted(min(moment, until - timedelta(minutes=chance.randrange(5, 90))) for moment in moments)


def _words_about(diagnosis: Diagnosis, query: Query, chance: random.Random) -> list[FeedbackRequest]:
    if not diagnosis.causes:
        return []
    first, *others = [cause.entry_id for cause in diagnosis.causes]
    right = next((entry_id for entry_id, grade in query.labels.items() if grade == 2), None)
    eager = SAY_SOMETHING if diagnosis.confidence is not Confidence.UNSURE else SAY_SOMETHING / 2
    if chance.random() > eager:
        return []
    if chance.random() < 0.04:
        return [_word(first, Verdict.WRONG, chance)]
    if first == right:
        return [_word(first, Verdict.SOLVED, chance)]
    words = [_word(first, Verdict.NOT_IT, chance)]
    return [*words, _word(right, Verdict.SOLVED, chance)] if right in others else words


def _word(entry_id: str, verdict: Verdict, chance: random.Random) -> FeedbackRequest:
    return FeedbackRequest(
        entry_id=entry_id, verdict=verdict, comment=chance.choice(COMMENTS[verdict]), actor="somebody", role=Role.USER
    )
