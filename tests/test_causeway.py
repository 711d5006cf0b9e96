import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

import causeway as program
from tests.command import COMMAND, address_in, causeway, served

SYMPTOM = "nothing arrives, mail stopped"


@pytest.fixture
def small_index(small_index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the small index."""
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))


def commands(group: typer.core.TyperGroup, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


def all_commands() -> list[tuple[str, ...]]:
    root = typer.main.get_command(program.app)
    assert isinstance(root, typer.core.TyperGroup)
    return list(commands(root))


def test_every_room_has_its_commands() -> None:
    assert {" ".join(path) for path in all_commands()} >= {
        "ask",
        "serve",
        "bot",
        "kb lint",
        "kb new",
        "kb schema",
        "kb show",
        "index build",
        "index list",
        "index rollback",
        "index show",
        "index verify",
        "encoder export",
        "eval fit",
        "eval run",
    }


@pytest.mark.parametrize("path", all_commands(), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(program.app, [*path, "--help"])

    assert result.exit_code == 0
    assert f"Usage: root {' '.join(path)}".strip() in " ".join(result.stdout.split())


def test_help_is_shown_by_the_installed_command() -> None:
    result = causeway("--help")

    assert (result.returncode, result.stderr) == (0, "")
    assert "From a symptom to its likely causes and their fixes." in result.stdout


def imported_by(*arguments: str) -> set[str]:
    """Top-level packages that the command imports."""
    traced = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "causeway", *arguments], capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in traced.stderr.splitlines()}


def test_help_loads_nothing_heavy() -> None:
    packages = imported_by("ask", "--help")

    assert "typer" in packages
    assert packages.isdisjoint({"faiss", "numpy", "onnxruntime", "fastapi", "torch"})


def canonical(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


@pytest.mark.parametrize("extra", program.LIBRARIES_OF_EXTRAS)
def test_every_distribution_of_an_extra_is_known_by_a_name_it_is_imported_by(extra: str) -> None:
    required = {
        canonical(requirement.split(">")[0])
        for requirement in metadata.requires("causeway") or ()
        if requirement.endswith(f'extra == "{extra}"') and not requirement.startswith("causeway[")
    }
    distributions_of = metadata.packages_distributions()
    known = {
        canonical(distribution)
        for library in program.LIBRARIES_OF_EXTRAS[extra]
        for distribution in distributions_of[library]
    }

    assert required == known


@pytest.mark.parametrize(
    ("library", "arguments", "extra"),
    [
        ("faiss", ["ask", SYMPTOM], "serve"),
        ("uvicorn", ["serve"], "serve"),
        ("re2", ["kb", "show", "x"], "serve"),
        ("scipy", ["eval", "fit"], "eval"),
    ],
)
def test_missing_library_is_told_in_one_line_with_the_command_that_installs_it(
    library: str, arguments: list[str], extra: str
) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; sys.argv[1:] = {arguments}; import causeway; causeway.main()"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (1, "")
    assert only_line(result.stderr) == f"causeway: this command needs {library}: pip install 'causeway[{extra}]'"


@pytest.mark.usefixtures("small_index")
def test_answering_needs_no_torch() -> None:
    packages = imported_by("ask", SYMPTOM)

    assert {"faiss", "onnxruntime"} <= packages
    assert packages.isdisjoint({"torch", "sentence_transformers", "transformers"})


@pytest.mark.usefixtures("small_index")
def test_ask_prints_an_answer_that_a_pipe_can_read() -> None:
    result = causeway("ask", "mail stopped overnight")

    assert (result.returncode, result.stderr) == (0, "")
    assert "delivery/disk-full-stops-queue" in result.stdout
    assert "Free space, then restart the queue manager." in result.stdout
    assert "https://pigeon.example/docs/storage" in result.stdout
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def ask_with_input(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([COMMAND, "ask", *arguments], input=data, capture_output=True, check=False)


@pytest.mark.usefixtures("small_index")
def test_ask_reads_the_symptom_from_standard_input() -> None:
    result = ask_with_input("Störung: mail stopped overnight \udcff\n".encode(errors="surrogateescape"), "-")

    assert (result.returncode, result.stderr) == (0, b"")
    assert "“Störung: mail stopped overnight" in result.stdout.decode()


@pytest.mark.usefixtures("small_index")
def test_ask_takes_evidence_and_answers_and_prints_json(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_bytes(b"\xff\xfewarning: No space left on device\n")

    result = causeway(
        "ask",
        SYMPTOM,
        "--json",
        "--top",
        "2",
        "--evidence",
        str(log),
        "--answer",
        "port-25-blocked=no",
    )

    assert (result.returncode, result.stderr) == (0, "")
    diagnosis = json.loads(result.stdout)
    findings = {finding["id"]: finding["where"] for finding in diagnosis["findings"]}
    assert findings == {"disk-full": "server.log", "port-25-blocked": "your answer"}
    assert diagnosis["causes"][0]["entry_id"] == "disk-full-stops-queue"
    assert len(diagnosis["causes"]) == 2
    assert diagnosis["follow_up"] is None or diagnosis["follow_up"]["finding_id"] != "port-25-blocked"


def only_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


@pytest.mark.usefixtures("small_index")
def test_ask_says_in_one_line_that_there_is_nothing_to_read() -> None:
    result = ask_with_input(b"")

    assert (result.returncode, result.stdout) == (1, b"")
    assert only_line(result.stderr.decode()) == (
        "causeway: there is nothing to read in this symptom: describe in words what you see and what you expected"
    )


@pytest.mark.usefixtures("small_index")
def test_ask_says_in_one_line_that_a_finding_is_unknown() -> None:
    result = causeway("ask", SYMPTOM, "--answer", "moon-full=yes")

    assert (result.returncode, result.stdout) == (1, "")
    assert only_line(result.stderr) == (
        "causeway: unknown finding moon-full: use the finding_id of a follow-up question"
    )


def test_ask_says_in_one_line_that_there_is_no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(tmp_path / "nowhere"))

    result = causeway("ask", SYMPTOM)

    assert (result.returncode, result.stdout) == (1, "")
    assert only_line(result.stderr) == (
        f"causeway: there is no index in {tmp_path / 'nowhere'}: run `causeway index build`"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--answer", "disk-full=perhaps"), "answers: Input should be 'yes', 'no' or 'unknown'"),
        (("--answer", "disk-full"), "answers: Input should be 'yes', 'no' or 'unknown'"),
        (("--evidence", "missing.log"), "'missing.log' does not exist"),
        (("--evidence", "."), "is a directory"),
        (("--top", "0"), "greater than or equal to 1"),
        (("mail\udcff stopped",), "unexpected extra argument"),
    ],
    ids=["answer", "answer without value", "missing file", "folder", "number of causes", "second symptom"],
)
def test_ask_refuses_arguments_that_it_cannot_use(arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(program.app, ["ask", SYMPTOM, *arguments])

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.replace("│", " ").split())


def test_ask_without_a_symptom_in_a_terminal_shows_how_to_ask() -> None:
    controller, terminal = pty.openpty()
    try:
        result = subprocess.run([COMMAND, "ask"], stdin=terminal, capture_output=True, text=True, check=False)
    finally:
        os.close(controller)
        os.close(terminal)

    assert result.returncode == 2
    assert "say what you see, as in: causeway ask" in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.usefixtures("small_index")
def test_a_reader_that_stops_reading_is_no_error() -> None:
    with subprocess.Popen([COMMAND, "ask", SYMPTOM], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ask:
        assert ask.stdout is not None
        assert ask.stderr is not None
        ask.stdout.close()
        assert b"Traceback" not in ask.stderr.read()


@pytest.mark.usefixtures("small_index")
@pytest.mark.parametrize(
    ("stop", "exit_codes"),
    [
        (signal.SIGTERM, {0, -signal.SIGTERM, 128 + signal.SIGTERM}),
        (signal.SIGINT, {0, -signal.SIGINT, 128 + signal.SIGINT}),
    ],
    ids=["SIGTERM", "SIGINT"],
)
def test_serve_prints_its_address_answers_and_stops_when_told(
    stop: signal.Signals, exit_codes: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSEWAY_LOG_LEVEL", "warning")
    # Connections are tried again, as by whoever waits for a service.
    patient = httpx.HTTPTransport(retries=5)
    with served() as (service, line), httpx.Client(base_url=address_in(line), transport=patient) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.post("/v1/diagnoses", json={"symptom": SYMPTOM}).status_code == 201
        assert service.stdout is not None
        # May have been read together with the line before: `communicate` would miss it then.
        whom = service.stdout.readline()

        service.send_signal(stop)
        output, errors = service.communicate(timeout=20)

    assert service.returncode in exit_codes
    assert whom == "Only programs on this machine are answered: there are no API keys (`causeway keys create NAME`)\n"
    assert (output, errors) == ("", "")


@pytest.mark.usefixtures("small_index")
def test_serve_takes_connections_once_it_has_printed_its_address() -> None:
    with served() as (_, line):
        url = httpx.URL(address_in(line))
        assert url.port is not None
        socket.create_connection((url.host, url.port), timeout=10).close()


@pytest.mark.usefixtures("small_index")
def test_serve_says_that_its_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        result = causeway("serve", "--port", str(taken.getsockname()[1]))

    assert result.returncode not in (0, 2)
    assert "ddress already in use" in only_line(result.stderr)


@pytest.mark.usefixtures("small_index")
def test_serve_refuses_a_port_that_cannot_be() -> None:
    assert "Traceback" not in causeway("serve", "--port", "99999").stderr


@pytest.mark.usefixtures("small_index")
def test_an_invalid_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_PORT", "eighty")

    result = causeway("serve")

    assert result.returncode == 1
    assert "CAUSEWAY_PORT" in only_line(result.stderr)
