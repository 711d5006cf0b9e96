import math

import pytest

from indexer.chunks import Chunk, ChunkKind
from retrieval.identifiers import SharedIdentifiers


def chunk(entry_id: str, text: str, kind: ChunkKind = ChunkKind.FIX) -> Chunk:
    return Chunk(id=f"{entry_id}/{kind}/{text}", entry_id=entry_id, kind=kind, text=text)


@pytest.fixture(scope="module")
def shared() -> SharedIdentifiers:
    return SharedIdentifiers(
        [
            chunk("relay", "Call server.setRelay, then read X-Relay-Host."),
            chunk("relay", "retry_after of the last answer"),
            chunk("queue", "server.queueLimit and retry_after"),
            chunk("queue", "I called setEverything", kind=ChunkKind.REPORT),
        ]
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Where do I call server.setRelay?", {"relay": ["server.setRelay"]}),
        ("curl shows x-relay-host: a", {"relay": ["x-relay-host"]}),
        ("RETRY_AFTER", {"relay": ["RETRY_AFTER"], "queue": ["RETRY_AFTER"]}),
        ("the relay of the server, retry after", {}),
        ("relays server.setRelays", {}),
    ],
    ids=["joined by dots", "a header in another case", "of two entries", "plain words", "longer names"],
)
def test_identifiers_are_found_whole_in_any_case(
    shared: SharedIdentifiers, text: str, names: dict[str, list[str]]
) -> None:
    assert shared.find(text) == names


def test_the_rarest_identifier_comes_first(shared: SharedIdentifiers) -> None:
    assert shared.find("retry_after, server.setRelay")["relay"] == ["server.setRelay", "retry_after"]


def test_an_identifier_that_only_a_report_uses_says_nothing(shared: SharedIdentifiers) -> None:
    assert shared.find("setEverything") == {}


def test_the_weight_is_the_root_of_the_summed_rarities(shared: SharedIdentifiers) -> None:
    rare, common = math.log(3 / 1), math.log(3 / 2)

    assert shared.weight(["server.setRelay", "RETRY_AFTER"]) == pytest.approx(math.sqrt(rare + common))
    assert shared.weight([]) == 0
