import dataclasses
import logging
from collections.abc import Sequence

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from api.app import create_app
from api.settings import ApiSettings
from indexer.artifact import Index
from indexer.encoders import Encoder
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.api.slow_encoder import SlowEncoder
from tests.serving import serving


class BrokenEncoder(SlowEncoder):
    """Fails as a library below might: with an error that nobody expects."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise RuntimeError(f"can't encode {texts[0]}")


@pytest.mark.parametrize("path", ["/v1", "/v2/diagnoses", "/v1/entries/one/two", "/favicon.ico"])
def test_an_unknown_path_is_not_found(client: httpx.Client, path: str) -> None:
    problem_of(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/diagnoses", "POST"),
        ("DELETE", "/v1/entries", "GET"),
        ("PUT", "/v1/entries/disk-full-stops-queue", "GET"),
        ("POST", "/v1/index", "GET"),
        ("POST", "/healthz", "GET"),
        ("PATCH", "/readyz", "GET"),
        ("PATCH", "/v1/documents/a/b", "DELETE, GET, PUT"),
    ],
)
def test_a_wrong_method_is_not_allowed_and_the_right_one_is_named(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path)

    problem_of(response, 405)
    assert response.headers["allow"] == allowed


def test_an_unexpected_error_is_a_problem_that_gives_nothing_away(small_index: Index, encoder: Encoder) -> None:
    diagnoser = Diagnoser(dataclasses.replace(small_index, encoder=BrokenEncoder(encoder)))
    with serving(create_app(diagnoser, ApiSettings())) as url:
        response = httpx.post(f"{url}/v1/diagnoses", json={"symptom": "mail of my secret admirer"})

    assert problem_of(response, 500)["title"] == "Internal Server Error"
    assert "secret" not in response.text


def test_an_unexpected_error_is_logged_with_its_place_but_not_with_its_words_which_may_be_a_users(
    small_index: Index, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "api")
    diagnoser = Diagnoser(dataclasses.replace(small_index, encoder=BrokenEncoder(encoder)))
    with serving(create_app(diagnoser, ApiSettings())) as url:
        response = httpx.post(f"{url}/v1/diagnoses", json={"symptom": "mail of my secret admirer"})

    (record,) = [record for record in caplog.records if record.name == "api.telemetry.requests"]
    assert record.getMessage().startswith("unexpected RuntimeError in POST /v1/diagnoses\n")
    assert "in encode_queries" in record.getMessage()
    assert "secret" not in caplog.text
    assert len(response.headers["x-request-id"]) == 32


def test_what_an_unexpected_error_says_is_logged_for_debugging(
    small_index: Index, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "api")
    diagnoser = Diagnoser(dataclasses.replace(small_index, encoder=BrokenEncoder(encoder)))
    with serving(create_app(diagnoser, ApiSettings())) as url:
        httpx.post(f"{url}/v1/diagnoses", json={"symptom": "mail of my secret admirer"})

    assert "the unexpected RuntimeError says: can't encode mail of my secret admirer" in caplog.text
