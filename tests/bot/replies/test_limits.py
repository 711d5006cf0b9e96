"""Whatever a knowledge base or a user writes, Discord takes the answer."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import HttpUrl

from api.client import (
    Cause,
    Confidence,
    Diagnosis,
    Entry,
    FixStep,
    FollowUp,
    Link,
    Reason,
    RuledOut,
    Signal,
    Snippet,
    UnreadableEvidence,
)
from bot.components import layout
from bot.presses import Action, Press
from bot.replies.answer import Progress, Reader, answer_card
from bot.replies.card import Card
from bot.replies.entry import entry_card
from bot.replies.notes import human_card
from bot.words import LANGUAGES, words
from kb import load_knowledge_base
from kb.settings import KnowledgeBaseSettings
from tests.bot.discord_rules import COMPONENTS_V2, check_message
from tests.bot.replies.samples import diagnosis, stored

SHIPPED = load_knowledge_base(KnowledgeBaseSettings().kb_dir)
LARGEST_ID = 2**64 - 1

# Repeated, so that texts far beyond the limits are as likely as short ones.
prose = st.builds(lambda text, times: text * times, st.text(max_size=40), st.sampled_from((1, 10, 200)))
said = prose.filter(str.strip)
identifiers = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,8}){0,8}", fullmatch=True)
snippets = st.builds(Snippet, sdk=identifiers, source=said)
steps = st.builds(FixStep, text=said, code=st.lists(snippets, max_size=8).map(tuple))
links = st.builds(
    Link,
    title=said.map(lambda text: " ".join(text.split()) or "x"),
    url=st.builds(lambda length: HttpUrl(f"https://pigeon.example/{'x' * length}"), st.integers(0, 2000)),
)
reasons = st.builds(
    Reason, signal=st.sampled_from(Signal), quote=prose, matched=prose, weight=st.just(1.0), where=st.none() | said
)
causes = st.builds(
    Cause,
    entry_id=identifiers,
    title=said,
    summary=prose,
    probability=st.floats(0, 1),
    reasons=st.lists(reasons, max_size=4).map(tuple),
    confirm=st.lists(prose, max_size=4).map(tuple),
    fix=st.lists(steps, max_size=4).map(tuple),
    links=st.lists(links, max_size=7).map(tuple),
)
ruled_out = st.builds(RuledOut, title=said, quote=prose, where=prose)
unreadable = st.builds(UnreadableEvidence, name=said, reason=said)
diagnoses = st.builds(
    Diagnosis,
    ruled_out=st.lists(ruled_out, max_size=4).map(tuple),
    unreadable=st.lists(unreadable, max_size=4).map(tuple),
    id=st.just("0" * 32),
    causes=st.lists(causes, max_size=6, unique_by=lambda cause: cause.entry_id).map(tuple),
    findings=st.just(()),
    follow_up=st.none() | st.builds(FollowUp, finding_id=identifiers, question=said, how_to_look=said),
)
readers = st.builds(
    Reader, owner=st.integers(1, LARGEST_ID), words=st.sampled_from(list(LANGUAGES)).map(words), sdk=st.none()
)
progresses = st.builds(Progress, human_called=st.booleans(), onlooker=st.booleans())


def assert_discord_takes(card: Card) -> None:
    components = layout(card).to_components()  # type: ignore[no-untyped-call]  # the library's
    check_message({"flags": COMPONENTS_V2, "components": components})


@settings(max_examples=40)
@given(diagnoses, readers, progresses)
@pytest.mark.anyio
async def test_every_answer_fits_into_a_message(diagnosis: Diagnosis, reader: Reader, progress: Progress) -> None:
    assert_discord_takes(answer_card(diagnosis, reader, progress))
    for cause in diagnosis.causes[:2]:
        assert_discord_takes(answer_card(diagnosis, reader, replace(progress, shown=cause.entry_id)))


@given(prose, readers)
@pytest.mark.anyio
async def test_every_call_for_a_human_fits_into_a_message(symptom: str, reader: Reader) -> None:
    assert_discord_takes(human_card(stored(diagnosis(), symptom), reader.owner, reader.words, LARGEST_ID, ()))


@pytest.mark.parametrize("entry", SHIPPED.entries.values(), ids=lambda entry: entry.id)
@pytest.mark.anyio
async def test_every_entry_fits_into_a_message_whole_with_the_code_of_every_sdk(entry: Entry) -> None:
    cause = Cause(
        **{name: getattr(entry, name) for name in ("title", "section", "summary", "confirm", "fix", "links")},
        entry_id=entry.id,
        probability=0.5,
        score=1.0,
        reasons=(Reason(signal=Signal.LEXICAL, quote=entry.symptoms[0] * 9, matched="", weight=1),) * 2,
        url="",
    )
    question = FollowUp(finding_id="x" * 80, question="x" * 200, how_to_look="x" * 400)
    answer = diagnosis(cause, confidence=Confidence.LIKELY).model_copy(update={"follow_up": question})
    for sdk in {None, *(snippet.sdk for step in entry.fix for snippet in step.code)}:
        reader = Reader(LARGEST_ID, words("en"), sdk)
        assert_discord_takes(entry_card(entry, reader))
        assert_discord_takes(answer_card(answer, reader))
        # Nothing is cut away.
        assert not "".join(entry_card(entry, reader).texts).endswith("…")


@given(st.sampled_from(Action), st.integers(1, LARGEST_ID), st.from_regex(r"[0-9a-f]{32}", fullmatch=True))
def test_press_is_read_back_from_its_custom_id(action: Action, owner: int, diagnosis_id: str) -> None:
    press = Press(action, owner, diagnosis_id, "0123abcd")

    assert len(press.custom_id) <= 100
    assert Press.parse(press.custom_id) == press
