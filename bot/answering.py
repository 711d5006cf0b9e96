"""From what somebody reports to the card that answers it."""

from dataclasses import dataclass

from api.client import (
    MAX_SYMPTOM_CHARACTERS,
    AsyncCausewayClient,
    Diagnosis,
    DiagnosisRequest,
    Evidence,
    StoredDiagnosis,
    Verdict,
)
from bot.knowledge import Knowledge
from bot.presses import short
from bot.replies.answer import Reader, answer_card
from bot.replies.card import Card
from bot.state.people import People
from bot.words import Words

SHOWN_CAUSES = 5


@dataclass(frozen=True)
class Answered:
    """A diagnosis, and how it is shown."""

    diagnosis: Diagnosis
    card: Card


class Answering:
    """Asks the API, and writes the answer for a reader."""

    def __init__(self, knowledge: Knowledge, people: People) -> None:
        self._knowledge = knowledge
        self.people = people

    async def answer(self, symptom: str, evidence: tuple[Evidence, ...], owner: int, words: Words) -> Answered:
        """Diagnose a symptom.

        :raises Trouble: if there is no answer.
        """
        request = DiagnosisRequest(symptom=symptom[:MAX_SYMPTOM_CHARACTERS], evidence=evidence, top_k=SHOWN_CAUSES)
        async with self._knowledge.asking() as api:
            diagnosis = await api.diagnose(request)
            reader = await self.reader(owner, words)
        return Answered(diagnosis, answer_card(diagnosis, reader))

    async def stored(self, diagnosis_id: str) -> StoredDiagnosis:
        """An answer given before.

        :raises Trouble: if there is no such answer, or none now.
        """
        async with self._knowledge.asking() as api:
            return await api.get_diagnosis(diagnosis_id)

    async def reader(self, owner: int, words: Words, looking: int | None = None) -> Reader:
        """Who asked, with the SDK of who is looking: somebody else, or themselves."""
        return Reader(owner, words, await self.people.sdk(looking or owner))


def rejected_in(diagnosis: StoredDiagnosis) -> frozenset[str]:
    """Entries that somebody said it wasn't."""
    return frozenset(one.entry_id for one in diagnosis.feedback if one.verdict is not Verdict.SOLVED)


def entry_of(diagnosis: Diagnosis, subject: str) -> str | None:
    """The entry that a press is about, if the diagnosis lists it."""
    return next((cause.entry_id for cause in diagnosis.causes if short(cause.entry_id) == subject), None)


async def entry_titles(api: AsyncCausewayClient, query: str, limit: int) -> list[tuple[str, str]]:
    """Ids and titles of the entries that hold these words best, at most `limit`.

    :raises ClientError: if the API doesn't answer.
    """
    found: list[tuple[str, str]] = []
    async for entry in api.entries(query):
        found.append((entry.id, entry.title))
        if len(found) == limit:
            break
    return found
