import httpx

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
    }


def test_entries_of_one_section_are_listed(client: httpx.Client) -> None:
    entries = client.get("/v1/entries", params={"section": "login"}).json()["entries"]

    assert {entry["id"] for entry in entries} == {"certificate-expired-on-server", "password-hash-outdated"}


def test_a_section_without_entries_is_an_empty_list(client: httpx.Client) -> None:
    assert client.get("/v1/entries", params={"section": "billing"}).json() == {"entries": []}


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
