"""Read YAML and JSON Lines files into models, and say for every mistake on which line it is."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from kb.errors import Problem

T = TypeVar("T")
Location = Sequence[int | str]
"""A place as in pydantic's errors: keys and list indexes from the top."""

# The C parser is eight times faster and part of every PyYAML wheel.
_YamlLoader = yaml.CSafeLoader


class SourceFile(Generic[T]):
    """One YAML file, parsed; `value` is None when it has problems."""

    def __init__(self, path: Path, model: TypeAdapter[T]) -> None:
        self.path = path
        self.value: T | None = None
        self.problems: list[Problem] = []
        self._root: yaml.Node | None = None
        try:
            text = path.read_text(encoding="utf-8")
            self._root = yaml.compose(text, Loader=_YamlLoader)
            data = yaml.load(text, Loader=_YamlLoader)  # noqa: S506 -- a safe loader, the C one
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(self.problem_at((), f"can't be read: {error}"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(path, line, f"not valid YAML: {error.problem}"))
        except yaml.YAMLError as error:
            self.problems.append(self.problem_at((), f"not valid YAML: {error}"))
        else:
            self._validate(data, model)

    def _validate(self, data: object, model: TypeAdapter[T]) -> None:
        for key in _repeated_keys(self._root):
            self.problems.append(Problem(self.path, key.start_mark.line + 1, f"'{key.value}' is given twice"))
        try:
            value = model.validate_python(data, strict=False)
        except ValidationError as error:
            for detail in error.errors():
                name = ".".join(str(part) for part in detail["loc"])
                message = f"{name}: {detail['msg']}" if name else detail["msg"]
                self.problems.append(self.problem_at(detail["loc"], message))
        else:
            if not self.problems:
                self.value = value

    def problem_at(self, location: Location, message: str) -> Problem:
        """A problem on the line of the deepest part of `location` that the file has."""
        node, line = self._root, 1
        for part in location:
            found = _child(node, part)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return Problem(self.path, line, message)


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
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(path, 1, f"can't be read: {error}")]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append((number, model.validate_json(line)))
        except ValidationError as error:
            problems.extend(
                Problem(path, number, ".".join([*map(str, detail["loc"]), ""]).rstrip(".") + f": {detail['msg']}")
                for detail in error.errors()
            )
    return rows, problems
