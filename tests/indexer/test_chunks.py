from indexer.chunks import Chunk, ChunkKind, chunk_knowledge_base, entry_chunks, report_chunks
from kb import KnowledgeBase


def test_entry_is_cut_into_every_text_that_someone_may_look_for(small_kb: KnowledgeBase) -> None:
    entry = small_kb.entry("port-25-blocked-by-provider")
    assert [(chunk.id.removeprefix(f"{entry.id}/"), chunk.text) for chunk in entry_chunks(entry)] == [
        *((f"symptom/{number}", symptom) for number, symptom in enumerate(entry.symptoms)),
        ("error/0", "connect to <host>[<address>]:25: Connection timed out"),
        (
            "cause/0",
            "The hosting provider blocks outgoing port 25. "
            "Mail leaves over port 25. Many providers block it on new machines, so messages stay in the queue.",
        ),
        (
            "cause/1",
            "Providers block outgoing connections to port 25 to keep spam off their networks. "
            "The client waits until it times out.",
        ),
        (
            "confirm/0",
            "Run `nc -vz mx.example.com 25` on the server. A time-out confirms it, an open port rules it out.",
        ),
        (
            "fix/0",
            "Ask the provider to open port 25, or relay over port 587.\n"
            "pigeon set relay smtp.example.com:587\n"
            'server.relay = "smtp.example.com:587"\n',
        ),
    ]


def test_chunk_knows_its_entry_and_what_it_is(small_kb: KnowledgeBase) -> None:
    entry = small_kb.entry("port-25-blocked-by-provider")
    assert {chunk.entry_id for chunk in entry_chunks(entry)} == {entry.id}
    assert all(chunk.id.split("/")[1] == chunk.kind for chunk in entry_chunks(entry))


def test_report_is_one_chunk_of_its_entry(small_kb: KnowledgeBase) -> None:
    first, second = report_chunks("disk-full-stops-queue", small_kb.reports["disk-full-stops-queue"])
    assert first == Chunk(
        id="disk-full-stops-queue/report/r1",
        entry_id="disk-full-stops-queue",
        kind=ChunkKind.REPORT,
        text="our mail server takes nothing since the log partition ran over",
    )
    assert second.id == "disk-full-stops-queue/report/r2"


def test_all_entries_are_cut_in_their_order_each_followed_by_its_reports_then_what_nothing_answers(
    small_kb: KnowledgeBase,
) -> None:
    chunks = chunk_knowledge_base(small_kb)
    expected = []
    for entry in small_kb.entries.values():
        expected += [*entry_chunks(entry), *report_chunks(entry.id, small_kb.reports.get(entry.id, ()))]
    expected += report_chunks("none", small_kb.reports["none"])
    assert chunks == expected


def test_no_two_chunks_share_an_id(small_kb: KnowledgeBase) -> None:
    ids = [chunk.id for chunk in chunk_knowledge_base(small_kb)]
    assert len(set(ids)) == len(ids) == 48


def test_messages_that_nothing_answers_are_chunks_of_no_entry(small_kb: KnowledgeBase) -> None:
    (chunk,) = [chunk for chunk in chunk_knowledge_base(small_kb) if "colour" in chunk.text]

    assert chunk.entry_id == "none"
    assert chunk.entry_id not in small_kb.entries
