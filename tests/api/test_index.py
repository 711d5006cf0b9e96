from datetime import datetime

import httpx

from indexer.artifact import Index


def test_the_index_is_described(client: httpx.Client, small_index: Index) -> None:
    response = client.get("/v1/index")

    assert response.status_code == 200
    description = response.json()
    assert description["id"] == small_index.manifest.id
    assert description["product"] == "Pigeon Mail"
    assert datetime.fromisoformat(description["built_at"]) == small_index.manifest.built_at
    assert description["age_seconds"] >= 0
    assert description["encoder"] == small_index.encoder.identity.model_dump()
    assert description["counts"] == {"entries": 4, "chunks": len(small_index.chunks), "dimension": 384}
    assert description["sections"] == {"delivery": "Delivery", "login": "Login"}
    assert description["platforms"] == {"linux": "Linux", "phone": "Phone"}
    assert description["sdks"] == {"python": "Python client", "rust": "Rust client"}
    assert description["tools"] == {"shell": "Shell"}
    assert description["token_transports"] == {"password": "Password"}
    assert description["examples"] == [
        "nothing arrives since this morning, the queue only grows",
        "535 5.7.8 Authentication credentials invalid",
        "my phone says the certificate is not trusted",
    ]
