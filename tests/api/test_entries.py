import httpx
import pytest

from indexer.artifact import Index
from tests.api.problem import problem_of


def test_all_entries_are_listed_in_the_order_of_the_knowledge_base(client: httpx.Client, small_index: Index) -> None:
    response = client.get("/v1/entries")

    assert response.status_code == 200
    assert [entry["id"] for entry in response.json()["entries"]] == list(small_index.entries)


def test_a_listed_entry_says_what_it_is_about_and_where_it_is(client: httpx.Client) -> None:
    (entry,) = [
        entry for entry in client.get("/v1/entries").json()["entries"] if entry["id"] == "password-hash-outdated"
    ]

    assert entry == {
        "id": "password-hash-outdated",
        "section": "login",
        "title": "The stored password hash is of a kind that the server no longer accepts",
        "summary": "After the upgrade old hashes are refused, so the right password fails.",
        "updated": "2026-01-02",
        "url": "/v1/entries/password-hash-outdated",
        "found_by": None,
    }


def test_entries_of_one_section_are_listed(client: httpx.Client) -> None:
    entries = client.get("/v1/entries", params={"section": "login"}).json()["entries"]

    assert {entry["id"] for entry in entries} == {"certificate-expired-on-server", "password-hash-outdated"}


def test_a_section_without_entries_is_an_empty_list(client: httpx.Client) -> None:
    assert client.get("/v1/entries", params={"section": "billing"}).json() == {"entries": [], "next_cursor": None}


def ids(client: httpx.Client, **params: str | int | list[str]) -> list[str]:
    """Ids of all entries that are asked for, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = client.get("/v1/entries", params=params | ({"cursor": cursor} if cursor else {})).json()
        found += [entry["id"] for entry in page["entries"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_entries_that_hold_all_words_come_before_those_that_mean_something_similar(client: httpx.Client) -> None:
    assert ids(client, query="HASH outdat")[0] == "password-hash-outdated"
    assert ids(client, query="queue disk")[0] == "disk-full-stops-queue"
    assert ids(client, query="my hard drive has no room left")[0] == "disk-full-stops-queue"


def test_a_found_entry_says_whether_it_holds_the_words_or_only_means_something_similar(client: httpx.Client) -> None:
    def found_by(query: str) -> dict[str, str]:
        entries = client.get("/v1/entries", params={"query": query}).json()["entries"]
        return {entry["id"]: entry["found_by"] for entry in entries}

    assert found_by("hash outdated")["password-hash-outdated"] == "title"
    assert found_by("md5 dropped")["password-hash-outdated"] == "text"
    assert set(found_by("an elephant").values()) == {"meaning"}


def test_every_entry_is_found_once(client: httpx.Client, small_index: Index) -> None:
    assert sorted(ids(client, query="mail")) == sorted(small_index.entries)


def test_entries_with_an_error_message_are_found_by_it_or_by_a_part_of_it(client: httpx.Client) -> None:
    line = "Jan 1 pigeon[3]: warning: 452 4.3.1 Insufficient system storage (in reply to MAIL FROM)"

    assert ids(client, error=line) == ids(client, error="no SPACE left on") == ["disk-full-stops-queue"]
    assert ids(client, error="all is well") == []


def test_entries_are_filtered_by_platform_and_sdk(client: httpx.Client, small_index: Index) -> None:
    some = next(entry for entry in small_index.entries.values() if entry.applies_to.platforms)
    platform = some.applies_to.platforms[0]

    found = ids(client, platform=platform)

    assert some.id in found
    assert found == [
        entry.id
        for entry in small_index.entries.values()
        if not entry.applies_to.platforms or platform in entry.applies_to.platforms
    ]
    assert ids(client, section=["login", "delivery"]) == list(small_index.entries)


@pytest.mark.parametrize("query", ["", "mail"])
def test_pages_follow_each_other_without_gap_or_repetition(client: httpx.Client, query: str) -> None:
    assert ids(client, query=query, limit=1) == ids(client, query=query, limit=3) == ids(client, query=query)


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "W10", "\u00e9", "a" * 1_001, "bnVsbA", "[]"])
def test_a_cursor_of_another_list_or_of_none_is_unprocessable(client: httpx.Client, cursor: str) -> None:
    problem_of(client.get("/v1/entries", params={"cursor": cursor}), 422)


@pytest.mark.parametrize("path", ["/v1/entries", "/v1/entries/disk-full-stops-queue", "/v1/entries?query=mail"])
def test_what_a_client_has_is_not_sent_again_until_the_index_changes(client: httpx.Client, path: str) -> None:
    etag = client.get(path).headers["etag"]

    again = client.get(path, headers={"if-none-match": f'"other", W/{etag}'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert again.headers["cache-control"] == "no-cache"
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    assert client.get(path, headers={"if-none-match": "*"}).status_code == 304


def test_an_unknown_entry_is_not_found_whatever_the_client_has(client: httpx.Client) -> None:
    problem_of(client.get("/v1/entries/zzz", headers={"if-none-match": "*"}), 404)


def test_an_entry_is_given_with_everything_it_says(client: httpx.Client, small_index: Index) -> None:
    response = client.get("/v1/entries/disk-full-stops-queue")

    assert response.status_code == 200
    assert response.json() == small_index.entries["disk-full-stops-queue"].model_dump(mode="json")


def test_an_unknown_entry_is_not_found_and_similar_ids_are_suggested(client: httpx.Client) -> None:
    problem = problem_of(client.get("/v1/entries/disk-full-stop-queue"), 404)

    assert problem["detail"] == "there is no entry 'disk-full-stop-queue'; did you mean disk-full-stops-queue?"


def test_an_unknown_entry_like_no_other_is_not_found(client: httpx.Client) -> None:
    assert problem_of(client.get("/v1/entries/zzz"), 404)["detail"] == "there is no entry 'zzz'"


def test_an_entry_id_of_odd_bytes_is_not_found(client: httpx.Client) -> None:
    for escaped in ("%00", "%FF", "%ED%A0%80", "%2e%2e", "a" * 10_000):
        problem_of(client.get(f"/v1/entries/{escaped}"), 404)
