"""What `lint` finds, as a maintainer reads it."""

from pathlib import Path

from kb.lint import lint

DISK_FULL = Path("entries/delivery/disk-full-stops-queue.yaml")
PORT_25 = Path("entries/delivery/port-25-blocked-by-provider.yaml")
CERTIFICATE = Path("entries/login/certificate-expired-on-server.yaml")
HASH = Path("entries/login/password-hash-outdated.yaml")


def problems(root: Path) -> list[str]:
    """Every problem below `root`, with paths from there."""
    return [str(problem).replace(f"{root}/", "") for problem in lint(root)]
