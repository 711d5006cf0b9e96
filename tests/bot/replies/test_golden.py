from dataclasses import replace

import pytest

from api.client import Confidence, Reason, Signal
from bot.replies.answer import Progress, answer_card
from bot.replies.card import Card
from bot.replies.entry import entry_card
from bot.replies.notes import check_in_card, help_card, human_card
from bot.words import LANGUAGES, words
from tests.bot.replies.samples import CONTRADICTED, DISK, ENTRY, PROOF, READER, RELAY, UNREAD, diagnosis, stored
from tests.bot.replies.transcripts import assert_golden

BOTH = diagnosis(RELAY, DISK, question=True)
UNSURE = diagnosis(RELAY, DISK, confidence=Confidence.UNSURE)
AGAINST = Reason(signal=Signal.DENSE, quote="mail is fine", matched="nothing arrives", weight=-1)
OF_EVIDENCE = diagnosis(RELAY.model_copy(update={"reasons": (PROOF, *RELAY.reasons[1:], AGAINST)})).model_copy(
    update={"ruled_out": (CONTRADICTED,), "unreadable": (UNREAD,)}
)


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("confident", answer_card(diagnosis(RELAY), READER)),
        ("likely-with-question", answer_card(BOTH.model_copy(update={"confidence": Confidence.LIKELY}), READER)),
        ("of-evidence", answer_card(OF_EVIDENCE, READER)),
        ("unsure", answer_card(UNSURE, READER)),
        ("nothing-at-all", answer_card(diagnosis(confidence=Confidence.UNSURE), READER)),
        ("code-of-my-sdk", answer_card(diagnosis(RELAY), replace(READER, sdk="python"))),
        ("another-cause", answer_card(BOTH, READER, Progress(shown=DISK.entry_id))),
        ("first-ruled-out", answer_card(BOTH, READER, Progress(rejected=frozenset({RELAY.entry_id})))),
        ("solved", answer_card(BOTH, READER, Progress(solved_by=RELAY.entry_id))),
        ("human-called", answer_card(BOTH, READER, Progress(human_called=True))),
        ("onlooker", answer_card(BOTH, READER, Progress(shown=DISK.entry_id, onlooker=True))),
        ("entry", entry_card(ENTRY, READER)),
        ("help", help_card(READER.words)),
        ("check-in", check_in_card("0" * 32, RELAY.entry_id, RELAY.title, READER)),
        (
            "human",
            human_card(stored(BOTH, "**nothing** @here arrives\nat all"), 4001, READER.words, 5001, {RELAY.entry_id}),
        ),
    ],
)
def test_card_reads_as_its_file_says(name: str, card: Card) -> None:
    assert_golden(card, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_reads_in_every_language_as_its_file_says(language: str) -> None:
    likely = BOTH.model_copy(update={"confidence": Confidence.LIKELY})

    assert_golden(answer_card(likely, replace(READER, words=words(language))), f"likely.{language}")
