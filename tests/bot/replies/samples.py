"""Diagnoses to write answers for."""

from datetime import UTC, date, datetime

from pydantic import HttpUrl

from api.client import (
    Cause,
    Confidence,
    Diagnosis,
    Entry,
    FixStep,
    FollowUp,
    IndexInfo,
    Link,
    Reason,
    RuledOut,
    Signal,
    Snippet,
    StoredDiagnosis,
    UnreadableEvidence,
)
from bot.replies.answer import Reader
from bot.words import words

READER = Reader(owner=4001, words=words("en"))
NOW = datetime(2026, 1, 2, tzinfo=UTC)

RELAY = Cause(
    entry_id="port-25-blocked-by-provider",
    title="The hosting provider blocks outgoing port 25",
    probability=0.806,
    score=4.0,
    section="delivery",
    reasons=(
        Reason(signal=Signal.ERRORS, quote="connect to mx:25: *timed out*", matched="connect to <host>:25", weight=3),
        Reason(signal=Signal.DENSE, quote="@everyone nothing arrives", matched="nothing arrives anywhere", weight=1),
    ),
    summary="Mail leaves over port 25. Many providers block it on new machines, so messages stay in the queue.",
    confirm=("Run `nc -vz mx_1.example.com 25`.", "Ask the *provider*."),
    fix=(
        FixStep(
            text="Relay over port 587.",
            code=(
                Snippet(sdk="shell", source="pigeon set relay smtp.example.com:587\n"),
                Snippet(sdk="python", source='server.relay = "smtp.example.com:587"'),
            ),
        ),
        FixStep(text="Restart the server."),
    ),
    links=(Link(title="Relaying", url=HttpUrl("https://pigeon.example/docs/relay")),),
    url="/v1/entries/port-25-blocked-by-provider",
)
DISK = RELAY.model_copy(
    update={"entry_id": "disk-full", "title": "The disk is full", "probability": 0.12, "reasons": (), "links": ()}
)
FOLLOW_UP = FollowUp(
    finding_id="disk-full", question="Is the disk of the mail server full?", how_to_look="Run `df -h`."
)
ENTRY = Entry(
    id=RELAY.entry_id,
    title=RELAY.title,
    section=RELAY.section,
    summary=RELAY.summary,
    symptoms=tuple(f"symptom {number}" for number in range(6)),
    cause="Providers keep spam off their networks.",
    confirm=RELAY.confirm,
    fix=RELAY.fix,
    links=RELAY.links,
    source="Invented for tests",
    updated=date(2026, 1, 2),
)


CONTRADICTED = RuledOut(
    entry_id="disk-full",
    title="The disk is full",
    probability=0.001,
    url="/v1/entries/disk-full",
    finding_id="disk-full",
    question="Is the disk of the mail server full?",
    holds=False,
    quote="/dev/sda1 *51 %* used",
    where="server.log, line 1",
)
PROOF = Reason(
    signal=Signal.FINDINGS,
    quote="connect to mx:25: *timed out*",
    matched="Does port 25 time out?",
    weight=6,
    where="server.log, line 7",
)
UNREAD = UnreadableEvidence(name="trace_1.har", reason="it is no JSON")


def diagnosis(*causes: Cause, confidence: Confidence = Confidence.CONFIDENT, question: bool = False) -> Diagnosis:
    return Diagnosis(
        id="0" * 32,
        index=IndexInfo(id="1", built_at=NOW),
        confidence=confidence,
        none_probability=0,
        causes=causes,
        ruled_out=(),
        findings=(),
        follow_up=FOLLOW_UP if question else None,
        signals=(),
        message="",
    )


def stored(diagnosis: Diagnosis, symptom: str) -> StoredDiagnosis:
    return StoredDiagnosis(**dict(diagnosis), created_at=NOW, symptom=symptom, answers={}, feedback=())
