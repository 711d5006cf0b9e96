"""The regular expressions that content may use: RE2's, case-insensitive, `^` and `$` at lines.

RE2 matches in time linear in the text, whatever the pattern, so that neither a careless pattern nor a hostile log can
hang an answer. It has no look-around and no back-references.
"""

from collections.abc import Sequence

import re2

LARGEST_AUTOMATON_BYTES = 512 * 1024
"""Of one pattern. Messages keep within it; for a megabyte of text some parts are made again, which takes a tenth
longer."""


def _options(encoding: "re2.Options.Encoding") -> "re2.Options":
    options = re2.Options()
    options.encoding = encoding
    options.case_sensitive = False
    options.log_errors = False  # errors are raised; RE2 would print them as well
    options.max_mem = LARGEST_AUTOMATON_BYTES
    return options


_OPTIONS = _options(re2.Options.Encoding.UTF8)
_ONE_BYTE_OPTIONS = _options(re2.Options.Encoding.LATIN1)


class PatternError(ValueError):
    """Not a pattern that RE2 understands."""


def compile_pattern(pattern: str) -> "re2._Regexp":
    """Compile one pattern.

    :raises PatternError: if it isn't valid.
    """
    try:
        return re2.compile(f"(?m){pattern}", _OPTIONS)
    except re2.error as error:
        message = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise PatternError(f"not a regular expression of RE2, which has no look-around: {message}") from error


class PatternSet:
    """Many patterns, matched together: only those whose literal parts occur in a text are tried on it."""

    def __init__(self, patterns: Sequence[str]) -> None:
        # In one byte a character there are fewer states, which is where the memory goes: a third less of it, and the
        # places of bytes are those of characters.
        self._one_byte = all(pattern.isascii() for pattern in patterns)
        options = _ONE_BYTE_OPTIONS if self._one_byte else _OPTIONS
        self._filter = re2.Filter()
        for pattern in patterns:
            self._filter.Add(self._encoded(f"(?m){pattern}"), options)
        self._filter.Compile()

    def matching(self, text: str) -> list[int]:
        """Numbers of the patterns that occur in `text`, ascending."""
        return sorted(self._filter.Match(self._encoded(text)) or ())

    def span(self, number: int, text: str) -> tuple[int, int]:
        """Where the pattern of this number, one of those `matching`, first occurs in `text`."""
        start, end = self._filter.re(number).search(self._encoded(text)).span()
        return start, end

    def _encoded(self, text: str) -> str | bytes:
        # Patterns that name no other characters can't tell those apart.
        return text.encode("latin-1", errors="replace") if self._one_byte else text
