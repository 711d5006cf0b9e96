import httpx

from indexer.artifact import Index


def test_findings_are_listed_as_questions_in_the_order_of_the_knowledge_base(
    client: httpx.Client, small_index: Index
) -> None:
    response = client.get("/v1/findings")

    assert response.status_code == 200
    findings = response.json()["findings"]
    assert [finding["id"] for finding in findings] == list(small_index.findings)
    assert findings[0] == {
        "id": "queue-grows",
        "question": "Does the outgoing queue grow?",
        "how_to_look": "Run `pigeon queue` twice, a minute apart.",
    }


def test_findings_are_asked_for_again_only_if_the_index_changed(client: httpx.Client) -> None:
    first = client.get("/v1/findings")

    again = client.get("/v1/findings", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
