import math

import pytest

from kb import Entry, KnowledgeBase
from retrieval.literals import LiteralErrors, LiteralMatch

CONNECT = "connect to <host>[<address>]:25: Connection timed out"
WRITE = "queue manager: write failed: No space left on device"


class Messages:
    """Error messages by entry id, as the entries of a knowledge base would have them."""

    def __init__(self, some_entry: Entry, **templates: tuple[str, ...]) -> None:
        self._errors = LiteralErrors(
            {
                entry_id: some_entry.model_copy(update={"id": entry_id, "errors": errors})
                for entry_id, errors in templates.items()
            }
        )

    def find(self, text: str) -> list[LiteralMatch]:
        return self._errors.find(text)


@pytest.fixture(scope="module")
def some_entry(small_kb: KnowledgeBase) -> Entry:
    return small_kb.entry("disk-full-stops-queue")


def test_the_whole_message_covers_its_template(some_entry: Entry) -> None:
    (match,) = Messages(some_entry, disk=(WRITE,)).find(f"since noon: {WRITE}, what now?")

    assert match == LiteralMatch(entry_id="disk", template=WRITE, quote=WRITE, coverage=1.0)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (CONNECT, "connect to mx.example.com[192.0.2.7]:25: Connection timed out"),
        (WRITE, "QUEUE MANAGER: WRITE FAILED: NO SPACE LEFT ON DEVICE"),
        (WRITE, "queue manager: write failed:\n    No space left\n    on device"),
        (WRITE, "> queue manager: write failed:\n> No space left on device"),
        ('can\'t open "mail.db" for writing', "can’t open “mail.db” for writing"),  # noqa: RUF001
        ("EACCES", "it says EACCES."),
    ],
    ids=["placeholders", "case", "wrapped", "quoted by mail", "typographic quotes", "one word"],
)
def test_what_varies_between_machines_does_not_matter(some_entry: Entry, template: str, text: str) -> None:
    (match,) = Messages(some_entry, entry=(template,)).find(text)

    assert match.coverage == 1.0


def test_a_message_that_is_cut_off_covers_its_share(some_entry: Entry) -> None:
    (match,) = Messages(some_entry, disk=(WRITE,)).find("... write failed: No space left on dev")

    # Of nine words, seven runs of three. Here: write failed no, failed no space, no space left, space left on.
    assert match.coverage == pytest.approx(4 / 7)


def test_words_of_a_message_in_another_order_do_not_match(some_entry: Entry) -> None:
    assert Messages(some_entry, disk=(WRITE,)).find("the device has space left, the queue manager is fine") == []


def test_a_message_that_entries_share_weighs_less_than_one_of_its_own(some_entry: Entry) -> None:
    messages = Messages(some_entry, port=("connection timed out",), proxy=("connection timed out", "proxy said no"))

    (port, proxy) = messages.find("connection timed out")
    assert port.coverage == proxy.coverage == pytest.approx(math.log(3 / 2) / math.log(3))

    (proxy,) = messages.find("proxy said no")
    assert proxy.coverage == 1.0


def test_an_entry_is_listed_once_with_its_best_message(some_entry: Entry) -> None:
    messages = Messages(some_entry, disk=("disk quota was exceeded today", "no space left on device"))

    (match,) = messages.find("disk quota was fine, but: no space left on device")

    assert match.template == "no space left on device"


def test_the_best_covered_entry_comes_first(some_entry: Entry) -> None:
    messages = Messages(some_entry, port=("connection to port refused for ever",), disk=("no space left on device",))

    matches = messages.find("no space left on device, then connection to port")

    assert [match.entry_id for match in matches] == ["disk", "port"]


def test_the_quote_is_a_piece_of_the_users_own_text(some_entry: Entry) -> None:
    text = "Log: Connect  to MX.example.com[192.0.2.7]:25:\n  connection TIMED out (still)"

    (match,) = Messages(some_entry, port=(CONNECT,)).find(text)

    assert match.quote == "Connect  to MX.example.com[192.0.2.7]:25:\n  connection TIMED out"
    assert match.quote in text


@pytest.mark.parametrize("text", ["", "?!", "nothing of the kind"])
def test_text_without_any_message_matches_nothing(some_entry: Entry, text: str) -> None:
    assert Messages(some_entry, disk=(WRITE,)).find(text) == []


def test_entries_without_messages_match_nothing(some_entry: Entry) -> None:
    assert Messages(some_entry, silent=()).find(WRITE) == []
