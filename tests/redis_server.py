"""A real Redis server of the tests' own, from the system's package (Debian: `redis-server`)."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError

from tests.eventually import eventually


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[None]:
    """Run a server on a port of this machine while the block lasts; it stores nothing."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis isn't installed here: apt-get install redis-server")
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL) as server:
        try:
            assert eventually(lambda: _answers(port))
            yield
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    with Redis(port=port) as client:
        try:
            return bool(client.ping())
        except ConnectionError:
            return False
