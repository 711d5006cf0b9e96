from pathlib import Path

import pytest

from tests.edit import edit
from tests.kb.lint.problems import PORT_25, problems

SNIPPET = 'source: |\n          server.relay = "smtp.example.com:587"'


def write_snippet(root: Path, language: str, source: str) -> None:
    """Let the snippet of one entry's SDK be `source`, in `language`."""
    edit(root / "vocabulary.yaml", "language: python", f"language: {language}")
    block = "\n".join(f"          {line}" for line in source.split("\n"))
    edit(root / PORT_25, SNIPPET, f"source: |\n{block}")


@pytest.mark.parametrize(
    ("language", "source"),
    [
        pytest.param("python", "async def relay():\n    await send()", id="python"),
        pytest.param("json", '{"relay": ["smtp.example.com", 587]}', id="json"),
        pytest.param("yaml", "relay: smtp.example.com\n---\nport: 587", id="yaml of two documents"),
        pytest.param("yaml", "Value: !Sub '${Relay}:587'", id="yaml with a tag of an application"),
        pytest.param("typescript", "const port = <number>relay.port;", id="typescript"),
        pytest.param("tsx", "const App = () => <Relay port={587} />;", id="tsx"),
        pytest.param("go", 'relay := "smtp.example.com"\nsend(&relay)', id="go outside a function"),
        pytest.param("rust", "let relay = = ;", id="language without a parser"),
    ],
)
def test_snippet_that_parses_has_no_problem(small_kb_dir: Path, language: str, source: str) -> None:
    write_snippet(small_kb_dir, language, source)
    assert problems(small_kb_dir) == []


@pytest.mark.parametrize(
    ("language", "source", "line", "message"),
    [
        pytest.param("python", "relay = 1\nport = = 2\n", 2, "invalid syntax", id="python"),
        pytest.param("json", '{\n  "port" 587\n}', 2, "Expecting ':' delimiter", id="json"),
        pytest.param("yaml", "a: 1\nb: 2\nc: d: e", 3, "mapping values are not allowed in this context", id="yaml"),
        pytest.param("typescript", "send();\nsend(] + 1);\n", 2, "unexpected at 'send(] + 1);'", id="typescript"),
        pytest.param("typescript", "send();\nif (a {}\n", 2, ") is missing at 'if (a {}'", id="missing token"),
        pytest.param("typescript", "const a = <Relay />;", 1, "> is missing at 'const a = <Relay />;'", id="tsx in ts"),
        pytest.param("tsx", "send();\nconst a = <number>b;", 2, "unexpected at 'const a = <number>b;'", id="tsx"),
        pytest.param("go", "send()\n\nrelay := := 1", 3, "unexpected at 'relay := := 1'", id="go"),
    ],
)
def test_snippet_that_does_not_parse_is_reported_at_its_line(
    small_kb_dir: Path, language: str, source: str, line: int, message: str
) -> None:
    write_snippet(small_kb_dir, language, source)
    assert problems(small_kb_dir) == [
        f"{PORT_25}:{23 + line}: not valid {language}: line {line} of the snippet: {message}"
    ]


def test_what_python_only_warns_of_is_a_problem(small_kb_dir: Path) -> None:
    write_snippet(small_kb_dir, "python", 'relay = 1\nport = "\\d"')
    (problem,) = problems(small_kb_dir)
    assert problem.startswith(f"{PORT_25}:25: not valid python: line 2 of the snippet: ")


def test_snippet_on_one_line_is_reported_there(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, SNIPPET, "source: 'server.relay ='")
    assert problems(small_kb_dir) == [f"{PORT_25}:23: not valid python: line 1 of the snippet: invalid syntax"]


@pytest.mark.parametrize("language", ["python", "json", "yaml", "typescript", "go"])
def test_character_that_no_language_takes_is_reported(small_kb_dir: Path, language: str) -> None:
    edit(small_kb_dir / "vocabulary.yaml", "language: python", f"language: {language}")
    edit(small_kb_dir / PORT_25, SNIPPET, 'source: "port: \\0"')
    (problem,) = problems(small_kb_dir)
    assert problem.startswith(f"{PORT_25}:23: not valid {language}: line 1 of the snippet: ")


def test_language_of_a_tool_counts_as_that_of_an_sdk(small_kb_dir: Path) -> None:
    edit(small_kb_dir / "vocabulary.yaml", "language: shell", "language: json")
    reported = problems(small_kb_dir)
    assert len(reported) == 3
    assert all(": not valid json: line 1 of the snippet: " in problem for problem in reported)
