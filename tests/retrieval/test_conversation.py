"""`causeway ask --interactive`, driven through a terminal as a person does."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pexpect
import pytest

from tests.command import COMMAND, causeway

TORN = "mail stopped overnight, messages wait in the queue"
"""Fits two entries, so that a question can tell them apart."""
PORT_QUESTION = "Does a connection to another mail server's port 25 time out?"
DISK_QUESTION = "Is the disk of the mail server full?"
PROMPT = "\r\n> "
SECONDS = 30

Terminal: TypeAlias = "pexpect.spawn[str]"
Ask = Callable[..., Terminal]


@pytest.fixture
def ask(small_index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Start `causeway ask -i` in a terminal of 200 columns without colours."""
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")

    def start(*arguments: str) -> Terminal:
        command = ["ask", "--interactive", *arguments]
        return pexpect.spawn(str(COMMAND), command, encoding="utf-8", timeout=SECONDS, dimensions=(50, 200))

    return start


def until(terminal: Terminal, text: str) -> str:
    """What the terminal shows up to and with this text."""
    terminal.expect_exact(text)
    return f"{terminal.before}{text}"


def rest(terminal: Terminal) -> str:
    """What it shows until the command ends, without error."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (terminal.exitstatus, terminal.signalstatus) == (0, None)
    return str(terminal.before)


def test_a_question_is_asked_and_the_answer_moves_the_ranking(ask: Ask) -> None:
    terminal = ask(TORN)
    before = until(terminal, PORT_QUESTION)
    (first,) = re.findall(r"(\d+)%  The disk is full", before)
    until(terminal, PROMPT)

    terminal.sendline("y")
    after = until(terminal, DISK_QUESTION)

    now, was = re.findall(r"(\d+)%  was (\d+)% +The hosting provider blocks outgoing port 25", after)[0]
    assert int(now) > int(was)
    assert int(first) > int(was)
    assert "ruled out: The disk is full, so the queue manager stops" in after


def test_the_whole_diagnosis_follows_the_last_question(ask: Ask) -> None:
    terminal = ask(TORN)
    until(terminal, PROMPT)
    terminal.sendline("yes")
    until(terminal, PROMPT)

    terminal.sendline("No")
    after = rest(terminal)

    assert "Fix\r\n" in after
    assert "pigeon set relay smtp.example.com:587" in after


def test_a_question_mark_tells_how_to_look_and_asks_again(ask: Ask) -> None:
    terminal = ask(TORN)
    until(terminal, PROMPT)

    terminal.sendline("?")

    assert "Run nc -vz mx.example.com 25." in until(terminal, PROMPT)
    terminal.sendline("y")
    until(terminal, DISK_QUESTION)


@pytest.mark.parametrize("skip", ["s", "Skip"])
def test_a_question_that_is_skipped_moves_nothing_and_another_is_asked(ask: Ask, skip: str) -> None:
    terminal = ask(TORN)
    until(terminal, PORT_QUESTION)
    until(terminal, PROMPT)

    terminal.sendline(skip)

    standings = until(terminal, DISK_QUESTION)
    assert re.findall(r"(\d+)%  was (\d+)%", standings) != []
    assert all(now == was for now, was in re.findall(r"(\d+)%  was (\d+)%", standings))


@pytest.mark.parametrize("key", ["q\n", "\x04"], ids=["q", "end of input"])
def test_leaving_early_gives_the_diagnosis_so_far(ask: Ask, key: str) -> None:
    terminal = ask(TORN)
    until(terminal, PROMPT)

    terminal.send(key)
    after = rest(terminal)

    assert "Other candidates" in after
    assert PORT_QUESTION in after


def test_what_is_no_answer_is_asked_again(ask: Ask) -> None:
    terminal = ask(TORN)
    until(terminal, PROMPT)

    terminal.sendline("perhaps")
    again = until(terminal, PROMPT)
    terminal.sendline("")
    until(terminal, PROMPT)
    terminal.sendline("y")

    assert "y = yes, n = no" in again
    until(terminal, DISK_QUESTION)


def test_without_a_question_worth_asking_the_diagnosis_comes_at_once(ask: Ask) -> None:
    assert "Fix\r\n" in rest(ask("queue manager: write failed: No space left on device"))


def test_answers_that_are_given_already_are_not_asked_for(ask: Ask) -> None:
    terminal = ask(TORN, "--answer", "port-25-blocked=unknown")

    assert PORT_QUESTION not in until(terminal, DISK_QUESTION)


def test_the_result_alone_goes_to_standard_output(ask: Ask, tmp_path: Path) -> None:
    terminal = pexpect.spawn(
        "sh", ["-c", f"{COMMAND} ask -i --json '{TORN}' > {tmp_path}/answer.json"], encoding="utf-8", timeout=SECONDS
    )
    until(terminal, PROMPT)

    terminal.sendline("y")
    until(terminal, PROMPT)
    terminal.sendline("q")
    rest(terminal)

    diagnosis = json.loads((tmp_path / "answer.json").read_text())
    assert [finding["id"] for finding in diagnosis["findings"]] == ["port-25-blocked"]


def test_without_a_terminal_it_says_what_to_do_instead() -> None:
    result = causeway("ask", "--interactive", TORN)

    assert result.returncode == 2
    message = " ".join(result.stderr.replace("│", " ").split())
    assert "standard input is no terminal: give answers with --answer instead" in message
    assert result.stdout == ""
