"""A real PostgreSQL server of the tests' own, from the system's package (Debian: `postgresql`)."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

_numbers = count(1)


def _programs() -> Path | None:
    """Folder of `initdb` and `postgres`; Debian keeps them off the PATH, as several versions may be installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = [path.parent for path in debian]
    if initdb := shutil.which("initdb"):
        found.append(Path(initdb).parent)
    return found[-1] if found else None


class PostgresqlServer:
    """A running server, reached by a socket file."""

    def __init__(self, folder: str, process: "subprocess.Popen[bytes]") -> None:
        self._folder = folder
        self._process = process

    def new_database(self) -> str:
        """Make an empty database; gives its URL."""
        name = f"test{next(_numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def wait_until_ready(self) -> None:
        """Return once it takes connections."""
        while self._process.poll() is None:
            try:
                psycopg.connect(self._url("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("PostgreSQL did not start")

    def stop(self) -> None:
        """Stop at once, without waiting for anybody: nobody needs these databases again."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Run a server while the block lasts."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL isn't installed here: apt-get install postgresql")
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    # A socket's path may have 107 bytes, fewer than pytest's own folders have.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = f"{folder}/data"
        make = [str(programs / "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        run = [str(programs / "postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        subprocess.run(make, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen(run, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = PostgresqlServer(folder, process)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()
