"""The regular expressions that content may use: RE2's, case-insensitive, `^` and `$` at lines.

RE2 matches in time linear in the text, whatever the pattern, so that neither a careless pattern nor a hostile log can
hang an answer. It has no look-around and no back-references.
"""

from collections.abc import Sequence

import re2

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False  # errors are raised; RE2 would print them as well


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
        self._filter = re2.Filter()
        for pattern in patterns:
            self._filter.Add(f"(?m){pattern}", _OPTIONS)
        self._filter.Compile()

    def matching(self, text: str) -> list[int]:
        """Numbers of the patterns that occur in `text`, ascending."""
        return sorted(self._filter.Match(text) or ())

    def span(self, number: int, text: str) -> tuple[int, int]:
        """Where the pattern of this number, one of those `matching`, first occurs in `text`."""
        start, end = self._filter.re(number).search(text).span()
        return start, end
