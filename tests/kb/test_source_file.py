from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

from kb.source_file import SourceFile, read_json_lines


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    minutes: int = 0


class Recipe(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    steps: tuple[Step, ...]
    tags: dict[str, str] = {}


RECIPE, STEP = TypeAdapter(Recipe), TypeAdapter(Step)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recipe.yaml"


def problems(path: Path, content: str | bytes) -> list[str]:
    """Every problem of a file of this content, as `line: message`."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    file = SourceFile(path, RECIPE)
    assert (file.value is None) == bool(file.problems)
    assert all(problem.file == path for problem in file.problems)
    return [f"{problem.line}: {problem.message}" for problem in file.problems]


def test_file_without_a_mistake_has_a_value_and_no_problem(path: Path) -> None:
    path.write_text("title: Tea\nsteps:\n  - text: Boil water\n    minutes: 3\n")
    file = SourceFile(path, RECIPE)
    assert file.problems == []
    assert file.value == Recipe(title="Tea", steps=(Step(text="Boil water", minutes=3),))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(
            "title: Tea\nsteps: Boil: water\n",
            "2: not valid YAML: mapping values are not allowed in this context",
            id="two colons",
        ),
        pytest.param(
            "title: Tea\nsteps:\n\t- text: Boil\n",
            "3: not valid YAML: found character that cannot start any token",
            id="tab",
        ),
        pytest.param(
            "title: Tea\nsteps: *missing\n", "2: not valid YAML: found undefined alias", id="alias of nothing"
        ),
        pytest.param(
            "title: Tea\nsteps: []\n---\ntitle: Coffee\n",
            "3: not valid YAML: but found another document",
            id="two documents",
        ),
        pytest.param(
            "title: Tea\nsteps: []\n? [a]\n: b\n", "3: not valid YAML: found unhashable key", id="list as a key"
        ),
    ],
)
def test_line_of_invalid_yaml_is_named(path: Path, content: str, problem: str) -> None:
    assert problems(path, content) == [problem]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(
            "title: Tea\nsteps: []\nserves: 4\n", "3: serves: Extra inputs are not permitted", id="unknown key"
        ),
        pytest.param(
            "title: Tea\nsteps:\n  - text: Boil\n  - text: Pour\n    minute: 3\n",
            "5: steps.1.minute: Extra inputs are not permitted",
            id="unknown key in a list",
        ),
        pytest.param(
            "title: Tea\nsteps:\n  - text: Boil\n\n  # wait\n  - text: Pour\n    minutes: three\n",
            "7: steps.1.minutes: Input should be a valid integer, unable to parse string as an integer",
            id="wrong type deep in a list",
        ),
        pytest.param(
            "title: Tea\nsteps: [{text: Boil}, {text: [Pour]}]\n",
            "2: steps.1.text: Input should be a valid string",
            id="wrong type on one line with others",
        ),
        pytest.param(
            "title: Tea\nsteps: []\ntags:\n  cold: x\n  hot: [y]\n",
            "5: tags.hot: Input should be a valid string",
            id="wrong type in a mapping",
        ),
        pytest.param(
            "title: Tea\nsteps:\n  - text: Boil\n  - minutes: 3\n",
            "4: steps.1.text: Field required",
            id="missing key in a list",
        ),
        pytest.param("steps: []\n", "1: title: Field required", id="missing key at the top"),
        pytest.param("title:\n  - Tea\nsteps: []\n", "1: title: Input should be a valid string", id="list for a text"),
        pytest.param("", "1: Input should be a valid dictionary or instance of Recipe", id="empty file"),
        pytest.param("# later\n", "1: Input should be a valid dictionary or instance of Recipe", id="only a comment"),
        pytest.param("- Tea\n", "1: Input should be a valid dictionary or instance of Recipe", id="list at the top"),
    ],
)
def test_line_of_a_value_that_the_model_refuses_is_named(path: Path, content: str, problem: str) -> None:
    assert problems(path, content) == [problem]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("title: Tea\nsteps: []\ntitle: Coffee\n", "3: 'title' is given twice", id="at the top"),
        pytest.param(
            "title: Tea\nsteps:\n  - text: Boil\n    minutes: 1\n    text: Pour\n",
            "5: 'text' is given twice",
            id="in a list",
        ),
        pytest.param(
            "title: Tea\nsteps: []\ntags:\n  hot: x\n  hot: y\n", "5: 'hot' is given twice", id="in a mapping"
        ),
    ],
)
def test_repeated_key_is_a_mistake_on_the_line_of_the_second(path: Path, content: str, problem: str) -> None:
    assert problems(path, content) == [problem]


def test_same_key_in_two_items_of_a_list_is_no_mistake(path: Path) -> None:
    assert problems(path, "title: Tea\nsteps:\n  - text: Boil\n  - text: Pour\n") == []


def test_every_mistake_of_a_file_is_reported(path: Path) -> None:
    content = "title: [1]\nsteps:\n  - minutes: x\nserves: 4\nserves: 5\n"
    assert sorted(problems(path, content)) == [
        "1: title: Input should be a valid string",
        "3: steps.0.minutes: Input should be a valid integer, unable to parse string as an integer",
        "3: steps.0.text: Field required",
        "4: serves: Extra inputs are not permitted",
        "5: 'serves' is given twice",
    ]


def test_file_that_is_not_utf_8_is_reported(path: Path) -> None:
    assert problems(path, b"title: caf\xe9\nsteps: []\n") == [
        "1: can't be read: 'utf-8' codec can't decode byte 0xe9 in position 10: invalid continuation byte"
    ]


def test_missing_file_is_reported(path: Path) -> None:
    (problem,) = SourceFile(path, RECIPE).problems
    assert str(problem) == f"{path}:1: can't be read: [Errno 2] No such file or directory: '{path}'"


@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["Unix", "Windows"])
def test_lines_are_counted_alike_on_every_system(path: Path, line_break: str) -> None:
    content = line_break.join(["title: Tea", "steps: []", "serves: 4", ""])
    assert problems(path, content) == ["3: serves: Extra inputs are not permitted"]


def test_byte_order_mark_is_no_mistake(path: Path) -> None:
    assert problems(path, "\ufefftitle: Tea\nsteps: []\n") == []


def test_date_stays_text_until_the_model_asks_for_a_date(path: Path) -> None:
    path.write_text("title: Tea\nsteps: []\ntags: {day: 2026-02-30}\n")
    file = SourceFile(path, RECIPE)
    assert file.value is not None
    assert file.value.tags == {"day": "2026-02-30"}


def test_list_that_holds_itself_is_reported(path: Path) -> None:
    (problem,) = problems(path, "title: Tea\nsteps: &steps [*steps]\n")
    assert problem.startswith("2: ")


def test_control_character_is_reported_in_one_line(path: Path) -> None:
    assert problems(path, "title: Tea\nsteps: []\ntags: {bell: \a}\n") == [
        "3: not valid YAML: unacceptable character #x0007: control characters are not allowed"
    ]


def test_line_of_a_control_character_does_not_depend_on_other_scripts_before_it(path: Path) -> None:
    (problem,) = problems(path, "title: 'Grüner Tee: 緑茶'\nsteps: []\ntags: {bell: \a}\n\n\n\n\n\n\n")
    assert problem.startswith("3: not valid YAML: unacceptable character #x0007")


def test_alias_is_refused_since_people_read_the_file(path: Path) -> None:
    content = "title: &tea Tea\nsteps:\n  - text: *tea\n  - text: *tea\n"
    assert problems(path, content) == [
        "3: aliases are not used here: repeat the text",
        "4: aliases are not used here: repeat the text",
    ]


@pytest.mark.parametrize(
    "value",
    ["404", "yes", "1.50", "9" * 5000, "!!int three", "!!python/object:os.system x"],
    ids=["number", "truth value", "version", "5000 digits", "tag", "tag that would run code"],
)
def test_what_stands_in_a_text_stays_text(path: Path, value: str) -> None:
    path.write_text(f"title: Tea\nsteps: []\ntags: {{code: {value}}}\n")
    file = SourceFile(path, RECIPE)
    assert file.value is not None
    assert file.value.tags == {"code": value.split(" ")[-1]}


@pytest.mark.parametrize(
    ("location", "line"),
    [
        pytest.param(("steps", 1, "minutes"), 5, id="key in a list"),
        pytest.param(("steps", 1), 4, id="item of a list"),
        pytest.param(("steps", 1, "text", "deeper"), 4, id="below a text"),
        pytest.param(("steps", 7), 2, id="past the end of a list"),
        pytest.param(("absent",), 1, id="missing key"),
        pytest.param((), 1, id="whole file"),
    ],
)
def test_problem_is_placed_at_the_deepest_part_that_the_file_has(
    path: Path, location: tuple[int | str, ...], line: int
) -> None:
    path.write_text("title: Tea\nsteps:\n  - text: Boil\n  - text: Pour\n    minutes: 3\n")
    assert SourceFile(path, RECIPE).problem_at(location, "odd").line == line


def test_lines_of_json_are_read_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_text('{"text": "Boil"}\n\n{"text": "Pour", "minutes": 1}\n')
    assert read_json_lines(path, STEP) == ([(1, Step(text="Boil")), (3, Step(text="Pour", minutes=1))], [])


def test_wrong_lines_of_json_are_reported_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_text('{"minutes": "x"}\n{"text": "Pour"}\n{"text": "Drink", "cup": 1}\n')
    rows, found = read_json_lines(path, STEP)
    assert rows == [(2, Step(text="Pour"))]
    assert [f"{problem.line}: {problem.message}" for problem in found] == [
        "1: text: Field required",
        "1: minutes: Input should be a valid integer, unable to parse string as an integer",
        "3: cup: Extra inputs are not permitted",
    ]


def test_line_that_is_not_json_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_text('{"text": "Boil"}\nPour\n')
    (problem,) = read_json_lines(path, STEP)[1]
    assert str(problem) == f"{path}:2: Invalid JSON: expected value at line 1 column 1"


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\u0085"], ids=["U+2028", "U+2029", "U+0085"])
def test_line_separator_within_a_json_text_does_not_end_the_line(tmp_path: Path, character: str) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_text(f'{{"text": "Boil{character}water"}}\n', encoding="utf-8")
    assert read_json_lines(path, STEP) == ([(1, Step(text=f"Boil{character}water"))], [])


def test_json_lines_that_are_not_utf_8_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_bytes(b'{"text": "caf\xe9"}\n')
    rows, (problem,) = read_json_lines(path, STEP)
    assert rows == []
    assert str(problem).startswith(f"{path}:1: can't be read: 'utf-8' codec can't decode byte 0xe9")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("|\n      Boil\n      water\n", 5, id="literal block, which keeps its lines"),
        pytest.param(">-\n      Boil\n      water\n", 3, id="folded block, which does not"),
        pytest.param("'Boil\n\n      water'\n", 3, id="quoted text, which does not"),
    ],
)
def test_line_of_a_text_is_a_line_of_the_file_where_the_text_keeps_its_lines(path: Path, text: str, line: int) -> None:
    path.write_text(f"title: Tea\nsteps:\n  - text: {text}")
    location = ("steps", 0, "text")
    assert SourceFile(path, RECIPE).line_of(location, line_of_text=2) == line
    assert SourceFile(path, RECIPE).problem_at(location, "Too hot", line_of_text=2).line == line
    assert SourceFile(path, RECIPE).line_of(location) == 3
