"""The servers of one recording: Node processes, nginx, and the certificate of their host names."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVERS = Path(__file__).parent / "servers"
HOSTS = (
    *("app.example.com", "www.example.com", "api.example.com", "backend.example.com", "api.other.com", "partner.net"),
    *("shop-web.onrender.com", "shop-api.onrender.com", "localhost", "accounts.google.com", "cdn.metrics.io"),
    *("shop-web.eastus-01.azurewebsites.net", "shop-api.eastus-01.azurewebsites.net"),
)


@contextmanager
def server(script: str, setup: dict[str, Any], log: Path) -> Iterator[None]:
    """Run a script of `servers/` until the block ends; what it prints to stderr goes to `log`."""
    with log.open("w") as stderr:
        process = subprocess.Popen(
            _command(script),
            cwd=SERVERS,
            env=os.environ | {"SETUP": json.dumps(setup)},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            assert process.stdout is not None
            if "ready\n" not in process.stdout:  # reads on until it stands there, or the process ends
                raise RuntimeError(f"{script} did not start: {log.read_text()}")
            yield
        finally:
            process.kill()
            process.wait()


def _command(script: str) -> list[str]:
    return [os.environ["EVIDENCE_PYTHON"] if script.endswith(".py") else "node", script]


@contextmanager
def nginx(servers: str, folder: Path) -> Iterator[Path]:
    """Run nginx with these server blocks until the block ends; yields its error log."""
    error_log = folder / "error.log"
    configuration = folder / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder};" for kind in kinds)
    configuration.write_text(
        f"daemon off; pid {folder}/pid; error_log {error_log} info; events {{}}\n"
        f"http {{ access_log {folder}/access.log;\n{temporary}\n{servers}\n}}\n"
    )
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(configuration)])
    try:
        yield error_log
    finally:
        process.terminate()
        process.wait()


def certificate(folder: Path) -> dict[str, str]:
    """A self-signed certificate for all hosts, as paths of key and certificate."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    subject = ["-subj", "/CN=example.com", "-addext", f"subjectAltName={names}"]
    files = ["-keyout", str(key), "-out", str(cert)]
    new_key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", "-x509", *new_key, *subject, *files], check=True, capture_output=True)
    return {"key": str(key), "cert": str(cert)}
