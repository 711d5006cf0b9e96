"""Expressions in CEL, and what they are evaluated on."""

import logging
import re
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from kb.cel import load_cel
from retrieval.evidence.detectors.functions import FUNCTIONS

# cel logs why a function failed, and that may quote what somebody pasted.
logging.getLogger("cel").addFilter(lambda _: False)

_NAME_OF_THIS = re.compile(r"\bthis\.([a-z_]+)")
_TOKEN = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|&&|\|\||[()\[\]?]""")
_UNDECIDED = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What an expression raises where it needs something that the evidence doesn't say, as a header that isn't there."""


class Scope:
    """The names that an expression may use, with their values for one item."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.context = load_cel().Context(functions=dict(FUNCTIONS))
        for name, value in names.items():
            self.set(name, value)

    def set(self, name: str, value: object) -> None:
        """Add a name, or change its value."""
        try:
            self.context.add_variable(name, value)
        except (ValueError, OverflowError):
            self.context.add_variable(name, _representable(value))


def _terms(source: str) -> list[str]:
    """What `&&` joins, all of which must be true; the whole expression if it is anything else."""
    terms, start, depth = [], 0, 0
    for token in _TOKEN.finditer(source):
        text = token.group()
        if text in ("(", "["):
            depth += 1
        elif text in (")", "]"):
            depth -= 1
        elif depth == 0 and text == "&&":
            terms.append(source[start : token.start()].strip())
            start = token.end()
        elif depth == 0 and text in ("||", "?"):
            return [source]
    return [*terms, source[start:].strip()]


def _representable(value: Any) -> Any:  # noqa: ANN401  (any value of JSON)
    """A value that CEL has: integers of 64 bits, text without lone surrogates."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value) if abs(value) < sys.float_info.max else None
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_representable(item) for item in value]
    if isinstance(value, dict):
        return {_representable(name): _representable(item) for name, item in value.items()}
    return value


class Expression:
    """An expression, compiled when it is first evaluated."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._names_of_this = frozenset(_NAME_OF_THIS.findall(source))
        alone = [term for term in _terms(source) if not _NAME_OF_THIS.search(term)] if self._names_of_this else []
        self._guard = Expression(" && ".join(alone)) if alone else None

    def holds(self, scope: Scope, this: Mapping[str, Any] | None = None) -> bool:
        """Whether it is true; what it can't decide is not.

        :param this: names of another item, which it compares the scope's with.
        """
        if self._guard and not self._guard.holds(scope):
            return False  # most are settled without the comparison, which takes a hundred times as long
        if this is not None and self._names_of_this:
            # Only what is compared: an exchange has much, and is compared with many.
            scope.set("this", {name: this[name] for name in self._names_of_this if name in this})
        try:
            return self._program.execute(scope.context) is True
        except _UNDECIDED:
            return False

    @cached_property
    def _program(self) -> Any:  # noqa: ANN401  (of no public type)
        return load_cel().compile(self._source)
