import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.problem import problem_of


@pytest.fixture
def collection() -> str:
    """A collection that no other test uses."""
    return f"guilds.{uuid.uuid4().hex}"


def put(
    client: httpx.Client, collection: str, key: str, body: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    return client.put(f"/v1/documents/{collection}/{key}", json=body, headers=headers)


def test_a_document_is_created_read_replaced_and_deleted(stored: httpx.Client, collection: str) -> None:
    path = f"/v1/documents/{collection}/42"

    created = put(stored, collection, "42", {"channel": 7, "tags": ["a", None, 1.5, {"x": True}]})
    assert created.status_code == 201
    assert stored.get(path).json() == created.json()
    assert created.json()["body"] == {"channel": 7, "tags": ["a", None, 1.5, {"x": True}]}

    replaced = put(stored, collection, "42", {"channel": 8})
    assert replaced.status_code == 200
    assert stored.get(path).json()["body"] == {"channel": 8}
    assert replaced.headers["etag"] != created.headers["etag"]

    assert stored.delete(path).status_code == 204
    problem_of(stored.get(path), 404)
    problem_of(stored.delete(path), 404)


def test_of_many_that_create_the_same_document_one_succeeds(stored: httpx.Client, collection: str) -> None:
    def create(number: int) -> int:
        return put(stored, collection, "mark", {"by": number}, {"if-none-match": "*"}).status_code

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(create, range(8)))

    assert outcomes == [201] + [412] * 7


def test_of_many_that_change_the_same_version_one_succeeds(stored: httpx.Client, collection: str) -> None:
    etag = put(stored, collection, "count", {"value": 0}).headers["etag"]

    def change(number: int) -> int:
        return put(stored, collection, "count", {"value": number}, {"if-match": etag}).status_code

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(change, range(8)))

    assert outcomes == [200] + [412] * 7


def test_a_document_is_changed_only_if_it_is_still_the_one_that_was_read(stored: httpx.Client, collection: str) -> None:
    old = put(stored, collection, "k", {"value": 1}).headers["etag"]
    new = put(stored, collection, "k", {"value": 2}).headers["etag"]

    problem_of(put(stored, collection, "k", {"value": 3}, {"if-match": old}), 412)
    problem_of(stored.delete(f"/v1/documents/{collection}/k", headers={"if-match": old}), 412)
    assert put(stored, collection, "k", {"value": 3}, {"if-match": f"{old}, {new}"}).status_code == 200
    assert put(stored, collection, "k", {"value": 4}, {"if-match": "*"}).status_code == 200
    problem_of(put(stored, collection, "none", {}, {"if-match": "*"}), 412)
    problem_of(put(stored, collection, "none", {}, {"if-none-match": old}), 422)


def test_a_client_that_has_the_document_is_told_so(stored: httpx.Client, collection: str) -> None:
    etag = put(stored, collection, "k", {}).headers["etag"]

    response = stored.get(f"/v1/documents/{collection}/k", headers={"if-none-match": etag})

    assert (response.status_code, response.content) == (304, b"")


def test_documents_of_a_collection_are_listed_by_key(stored: httpx.Client, collection: str) -> None:
    for key in ("b", "a", "d", "c"):
        put(stored, collection, key, {"key": key})
    put(stored, f"{collection}.other", "a", {})

    first = stored.get(f"/v1/documents/{collection}", params={"limit": 3}).json()
    put(stored, collection, "aa", {})
    second = stored.get(f"/v1/documents/{collection}", params={"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [document["key"] for document in first["documents"] + second["documents"]] == ["a", "b", "c", "d"]
    assert second["next_cursor"] is None


def test_a_document_has_up_to_16_kilobytes(stored: httpx.Client, collection: str) -> None:
    frame = len('{"text":""}')

    assert put(stored, collection, "k", {"text": "x" * (16_000 - frame)}).status_code == 201
    problem_of(put(stored, collection, "k", {"text": "x" * (16_001 - frame)}), 413)


@pytest.mark.parametrize(
    "body", [b"[]", b"7", b"null", b"{", b'{"a": NaN}', b'{"a": 1e999}', rb'{"a": "\ud800"}', rb'{"\udfff": 1}', b""]
)
def test_what_is_no_json_object_is_unprocessable(stored: httpx.Client, collection: str, body: bytes) -> None:
    response = stored.put(f"/v1/documents/{collection}/k", content=body, headers={"content-type": "application/json"})

    problem_of(response, 422)


def test_any_text_is_kept_as_it_is(stored: httpx.Client, collection: str) -> None:
    text = "NUL \x00, größer, 登录, 😀, \u2028"

    put(stored, collection, "k", {text: text})

    assert stored.get(f"/v1/documents/{collection}/k").json()["body"] == {text: text}


@pytest.mark.parametrize("name", ["%00", "a b", "ä", "x" * 81, "%2e%2e%2fa"])
def test_a_name_of_other_characters_is_no_document(stored: httpx.Client, name: str) -> None:
    for path in (f"/v1/documents/{name}/k", f"/v1/documents/guilds/{name}"):
        response = stored.put(path, json={})
        assert response.status_code in (404, 422)
        assert response.headers["content-type"] == "application/problem+json"
