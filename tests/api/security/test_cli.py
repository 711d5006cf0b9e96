import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from causeway import app
from tests.command import causeway

ISSUED = re.compile(r"cw_[0-9a-f]{12}_[0-9a-f]{64}")


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands find an empty database."""
    monkeypatch.setenv("CAUSEWAY_DATABASE_URL", f"sqlite:///{tmp_path}/causeway.db")


def keys(*arguments: str) -> Result:
    """Run `causeway keys`."""
    return CliRunner().invoke(app, ["keys", *arguments], catch_exceptions=False)


def issued(result: Result) -> tuple[str, str]:
    """Id and whole of the key that a command printed, alone on standard output."""
    assert result.exit_code == 0, result.stderr
    key = result.stdout.strip()
    assert ISSUED.fullmatch(key)
    return key.split("_")[1], key


def test_a_key_is_printed_once_and_listed_without_its_secret() -> None:
    made = keys("create", "discord bot", "--scope", "read", "--scope", "feedback")
    key_id, key = issued(made)

    listed = keys("list")

    assert "can't be shown again" in made.stderr
    assert listed.stdout.startswith(f"{key_id}  discord bot  feedback, read  made ")
    assert key.split("_")[2] not in listed.stdout


def test_a_key_can_only_read_unless_more_is_asked_for() -> None:
    keys("create", "dashboard")

    assert "  dashboard  read  made " in keys("list").stdout


def test_a_revoked_key_is_listed_as_ended() -> None:
    key_id, _ = issued(keys("create", "dashboard"))

    revoked = keys("revoke", key_id)

    assert (revoked.exit_code, revoked.stderr) == (0, f"{key_id} (dashboard) is accepted no longer\n")
    assert ", ended " in keys("list").stdout


def test_a_rotated_key_goes_on_for_a_day_beside_the_new_one() -> None:
    old_id, old = issued(keys("create", "bot", "--scope", "documents"))

    new_id, new = issued(keys("rotate", old_id))

    assert (new_id, new) != (old_id, old)
    first, second = keys("list").stdout.splitlines()
    assert first.startswith(f"{old_id}  bot  documents")
    assert ", ends " in first
    assert second.startswith(f"{new_id}  bot  documents")
    assert ", ends " not in second


def test_rotating_does_not_bring_a_revoked_key_back() -> None:
    key_id, _ = issued(keys("create", "bot"))
    keys("revoke", key_id)

    keys("rotate", key_id)

    assert f"{key_id}  bot  read" in keys("list").stdout
    assert ", ended " in keys("list").stdout.splitlines()[0]


def test_an_unknown_key_is_said_in_one_line() -> None:
    result = causeway("keys", "revoke", "0123456789ab")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "causeway: there is no API key '0123456789ab': `causeway keys list` shows them\n"
