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


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a server while the block lasts; gives the URL of its `postgres` database, reached by a socket file."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL isn't installed here: apt-get install postgresql")
    # Its socket's path may have 107 bytes, fewer than pytest's own folders have.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    # The server refuses to run as root.
    user = None
    if os.geteuid() == 0:
        user = "postgres"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"postgresql://postgres@/postgres?host={folder}"
        try:
            _wait_until_ready(url, server)
            yield url
        finally:
            # At once, without waiting for anybody or writing anything: nobody needs these databases again.
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def new_postgresql_database(server_url: str) -> str:
    """Make an empty database; gives its URL."""
    name = f"test{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server_url.replace("/postgres?", f"/{name}?")


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    while server.poll() is None:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
            continue
        return
    raise RuntimeError("PostgreSQL did not start")
