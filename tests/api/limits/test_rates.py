import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.errors import UnusableRateLimitStore
from api.limits.rates import RateLimiter, remote_network
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from api.store import api_keys
from api.store.schema import open_database
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.redis_server import redis_server
from tests.serving import serving

PROXY = "127.0.0.1"


@contextmanager
def running(diagnoser: Diagnoser, folder: Path, **settings: object) -> Iterator[httpx.Client]:
    """A client of a service whose callers are told apart by what a trusted proxy says of them."""
    complete = {"database_url": f"sqlite:///{folder}/causeway.db", "trusted_proxies": PROXY, **settings}
    app = create_app(diagnoser, ApiSettings.model_validate(complete))
    with serving(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def issue_key(folder: Path) -> dict[str, str]:
    """The header of a new key."""
    key, handed_out = make_key("somebody", frozenset({Scope.READ}))
    database = open_database(f"sqlite:///{folder}/causeway.db")
    database.write(lambda connection: api_keys.add(connection, key))
    database.close()
    return {"Authorization": f"Bearer {handed_out}"}


def statuses(client: httpx.Client, requests: int, headers: dict[str, str], path: str = "/healthz") -> list[int]:
    return [client.get(path, headers=headers).status_code for _ in range(requests)]


def test_an_address_that_asks_too_often_is_told_when_to_try_again(diagnoser: Diagnoser, tmp_path: Path) -> None:
    eager, other = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
    with running(diagnoser, tmp_path, rate_limit_per_address="5/hour") as client:
        assert statuses(client, 5, eager) == [200] * 5

        response = client.get("/healthz", headers=eager)

        assert problem_of(response, 429)["detail"].startswith("more than 5 per 1 hour: try again in ")
        assert 0 < int(response.headers["retry-after"]) <= 2 * 3600
        assert statuses(client, 1, other) == [200]


def test_this_machine_is_not_limited_by_its_address(diagnoser: Diagnoser, tmp_path: Path) -> None:
    with running(diagnoser, tmp_path, rate_limit_per_address="1/hour") as client:
        assert statuses(client, 5, {}) == [200] * 5


def test_who_needs_no_key_is_limited_by_address_only(diagnoser: Diagnoser, tmp_path: Path) -> None:
    with_key = issue_key(tmp_path)
    with running(diagnoser, tmp_path, rate_limit_per_key="1/hour", public_scopes="read") as client:
        assert statuses(client, 5, {}, "/v1/index") == [200] * 5
        assert statuses(client, 2, with_key, "/v1/index") == [200, 429]


def test_who_claims_to_be_forwarded_is_not_believed_unless_by_a_trusted_proxy(
    diagnoser: Diagnoser, tmp_path: Path
) -> None:
    with running(diagnoser, tmp_path, rate_limit_per_address="1/hour", trusted_proxies="192.0.2.1") as client:
        assert statuses(client, 5, {"X-Forwarded-For": "203.0.113.9"}) == [200] * 5


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (("127.0.0.1", 5), None),
        (("::1", 5), None),
        (None, None),
        (("203.0.113.9", 5), "203.0.113.9"),
        (("2001:db8:1:2:3:4:5:6", 5), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::1", 5), "2001:db8:1:2::/64"),
    ],
)
def test_addresses_that_one_site_has_are_limited_together(client: tuple[str, int] | None, network: str | None) -> None:
    assert remote_network({"type": "http", "client": client}) == network


def test_a_key_that_asks_too_often_is_refused_wherever_it_asks_from(diagnoser: Diagnoser, tmp_path: Path) -> None:
    eager, other = issue_key(tmp_path), issue_key(tmp_path)
    with running(diagnoser, tmp_path, rate_limit_per_key="3/hour") as client:
        assert statuses(client, 3, eager, "/v1/index") == [200] * 3

        assert statuses(client, 1, {**eager, "X-Forwarded-For": "203.0.113.9"}, "/v1/index") == [429]
        assert statuses(client, 1, other, "/v1/index") == [200]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((PROXY, 0))
        port: int = probe.getsockname()[1]
        return port


def test_replicas_with_a_shared_store_count_together(diagnoser: Diagnoser, tmp_path: Path, free_port: int) -> None:
    settings = {"rate_limit_store": f"redis://{PROXY}:{free_port}", "rate_limit_per_address": "6/hour"}
    eager = {"X-Forwarded-For": "203.0.113.9"}
    with (
        redis_server(tmp_path, free_port),
        running(diagnoser, tmp_path, **settings) as first,
        running(diagnoser, tmp_path, **settings) as second,
    ):
        assert statuses(first, 3, eager) + statuses(second, 3, eager) == [200] * 6

        assert statuses(first, 1, eager) + statuses(second, 1, eager) == [429, 429]


def test_while_the_shared_store_is_away_each_process_counts_alone(
    diagnoser: Diagnoser, tmp_path: Path, free_port: int
) -> None:
    settings = {"rate_limit_store": f"redis://{PROXY}:{free_port}", "rate_limit_per_address": "3/hour"}
    eager = {"X-Forwarded-For": "203.0.113.9"}
    with running(diagnoser, tmp_path, **settings) as client:
        with redis_server(tmp_path, free_port):
            assert statuses(client, 2, eager) == [200] * 2

        assert statuses(client, 4, eager) == [200, 200, 200, 429]


def test_a_store_that_accepts_connections_and_says_nothing_delays_nobody_for_long(
    diagnoser: Diagnoser, tmp_path: Path
) -> None:
    with socket.socket() as silent:
        silent.bind((PROXY, 0))
        silent.listen()
        store = f"redis://{PROXY}:{silent.getsockname()[1]}"
        with running(diagnoser, tmp_path, rate_limit_store=store) as client:
            assert client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=5).status_code == 200


def test_a_store_that_cannot_be_is_said_at_the_start() -> None:
    with pytest.raises(UnusableRateLimitStore, match="CAUSEWAY_RATE_LIMIT_STORE can't be used: "):
        RateLimiter("redis://cache:port")
