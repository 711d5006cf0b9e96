"""Snippets that don't parse: readers paste them as they stand."""

import ast
import json
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import yaml

from kb.errors import Problem
from kb.loader import SourceFiles
from kb.schema import Entry, Snippet, Vocabulary
from kb.source_file import Location

if TYPE_CHECKING:
    from tree_sitter import Parser


class SyntaxFault(NamedTuple):
    """The first place where a snippet stops making sense; `line` counts from 1 within the snippet."""

    line: int
    message: str


Check = Callable[[str], SyntaxFault | None]


def unparsable_snippets(files: SourceFiles, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Snippets that aren't valid in the language of their SDK or tool; languages without a parser are not checked."""
    written_for = {**vocabulary.sdks, **vocabulary.tools}
    snippets = [
        (file, location, written_for[snippet.sdk].language, snippet.source)
        for file, entry in files.valid_entries()
        for location, snippet in _snippets(entry)
    ]
    checks = _CHECKS | _grammar_checks()
    for file, location, language, source in snippets:
        if language in checks and (fault := checks[language](source)):
            yield file.problem_at(
                location, f"not valid {language}: line {fault.line} of the snippet: {fault.message}", fault.line
            )


def _snippets(entry: Entry) -> Iterator[tuple[Location, Snippet]]:
    for step_index, step in enumerate(entry.fix):
        for code_index, snippet in enumerate(step.code):
            yield ("fix", step_index, "code", code_index, "source"), snippet


def _check_python(source: str) -> SyntaxFault | None:
    try:
        with warnings.catch_warnings(action="error"):  # such as an invalid escape; becomes a SyntaxError
            ast.parse(source)
    except SyntaxError as error:
        return SyntaxFault(error.lineno or 1, error.msg)
    return None


def _check_json(source: str) -> SyntaxFault | None:
    try:
        json.loads(source)
    except json.JSONDecodeError as error:
        return SyntaxFault(error.lineno, error.msg)
    return None


def _check_yaml(source: str) -> SyntaxFault | None:
    """Parse every document; tags of applications, such as CloudFormation's `!Sub`, are valid."""
    try:
        for _ in yaml.compose_all(source, Loader=yaml.CSafeLoader):
            pass
    except yaml.YAMLError as error:
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
            return SyntaxFault(error.problem_mark.line + 1, str(error.problem))
        return SyntaxFault(1, str(error))
    return None


_CHECKS: dict[str, Check] = {"json": _check_json, "python": _check_python, "yaml": _check_yaml}


def _grammar_checks() -> dict[str, Check]:
    """The checks of languages with a tree-sitter grammar."""
    import tree_sitter_go
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    grammars = {
        "go": tree_sitter_go.language(),
        "tsx": tree_sitter_typescript.language_tsx(),
        "typescript": tree_sitter_typescript.language_typescript(),
    }
    return {language: partial(_check_by_grammar, Parser(Language(grammar))) for language, grammar in grammars.items()}


def _check_by_grammar(parser: "Parser", source: str) -> SyntaxFault | None:
    node = parser.parse(source.encode()).root_node
    if not node.has_error:
        return None
    while faulty := [child for child in node.children if child.has_error]:
        node = faulty[0]
    row = node.start_point.row
    line = source.split("\n")[row].strip()
    return SyntaxFault(row + 1, f"{node.type} is missing at '{line}'" if node.is_missing else f"unexpected at '{line}'")
