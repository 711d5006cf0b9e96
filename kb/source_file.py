"""Read YAML and JSON Lines files into models, and say for every mistake on which line it is."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import yaml
import yaml.reader
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from kb.errors import Problem

T = TypeVar("T")
Location = Sequence[int | str]
"""A place as in pydantic's errors: keys and list indexes from the top."""


# The C parser is eight times faster. The base loader leaves every value as text: what it should have been is for the
# model to say, on the right line.
_YamlLoader = yaml.CBaseLoader


class SourceFile(Generic[T]):
    """One YAML file, parsed; `value` is None when it has problems."""

    def __init__(self, path: Path, model: TypeAdapter[T]) -> None:
        self.path = path
        self.value: T | None = None
        self.problems: list[Problem] = []
        self._root: yaml.Node | None = None
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(path, 1, f"can't be read: {error}"))
            return
        try:
            self._root = yaml.compose(text, Loader=_YamlLoader)
            self.problems += _alias_problems(path, text)
            data = None if self.problems else yaml.load(text, Loader=_YamlLoader)  # noqa: S506 -- makes text only
        except yaml.YAMLError as error:
            self.problems.append(_syntax_problem(path, text, error))
        if not self.problems:
            self._validate(data, model)

    def _validate(self, data: object, model: TypeAdapter[T]) -> None:
        for key in _repeated_keys(self._root):
            self.problems.append(Problem(self.path, key.start_mark.line + 1, f"'{key.value}' is given twice"))
        try:
            value = model.validate_python(data, strict=False)
        except ValidationError as error:
            for detail in _separate_mistakes(error):
                self.problems.append(self.problem_at(detail["loc"], _message(detail)))
        else:
            if not self.problems:
                self.value = value

    def problem_at(self, location: Location, message: str, line_of_text: int = 0) -> Problem:
        """A problem at `location`, or at that line of the text there."""
        return Problem(self.path, self.line_of(location, line_of_text), message)

    def line_of(self, location: Location, line_of_text: int = 0) -> int:
        """Line of the deepest part of `location` that the file has.

        :param line_of_text: a line, from 1, of the text at `location`; counts in literal blocks (`|`), the only texts
            whose lines are those of the file.
        """
        node, line = self._root, 1
        for part in location:
            found = _child(node, part)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        is_literal = isinstance(node, yaml.ScalarNode) and node.style == "|"
        return line + line_of_text if is_literal else line


def _alias_problems(path: Path, text: str) -> Iterator[Problem]:
    """An alias could make a list that contains itself, and people don't read it easily."""
    for event in yaml.parse(text, Loader=_YamlLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            yield Problem(path, line, "aliases are not used here: repeat the text")


def _syntax_problem(path: Path, text: str, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return Problem(path, error.problem_mark.line + 1, f"not valid YAML: {error.problem}")
    if isinstance(error, yaml.reader.ReaderError):
        line = text.encode()[: error.position].count(b"\n") + 1  # the C parser counts bytes
        return Problem(path, line, f"not valid YAML: unacceptable character #x{error.character:04x}: {error.reason}")
    return Problem(path, 1, f"not valid YAML: {error}")


def _separate_mistakes(error: ValidationError) -> Iterator[ErrorDetails]:
    """Each mistake once: a list whose items are invalid is reported by pydantic as too short as well."""
    details = error.errors()
    for detail in details:
        place = detail["loc"]
        deeper = any(other["loc"][: len(place)] == place and other["loc"] != place for other in details)
        if not (detail["type"] == "too_short" and deeper):
            yield detail


def _message(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    return f"{name}: {detail['msg']}" if name else detail["msg"]


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that marks the place of `part` below `node`, and the node of its value."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def _repeated_keys(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def read_json_lines(path: Path, model: TypeAdapter[T]) -> tuple[list[tuple[int, T]], list[Problem]]:
    """Read one model a line; returns them with their line numbers (from 1), and the problems of the other lines."""
    rows: list[tuple[int, T]] = []
    problems: list[Problem] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(path, 1, f"can't be read: {error}")]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append((number, model.validate_json(line)))
        except ValidationError as error:
            problems += [Problem(path, number, _message(detail)) for detail in _separate_mistakes(error)]
    return rows, problems
