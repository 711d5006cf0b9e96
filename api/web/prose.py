"""Filters for templates: how text of the knowledge base and of users becomes HTML. Everything in it is escaped."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from markupsafe import Markup, escape

_CODE = re.compile(r"`([^`\n]+)`")
_LINE_BREAKS = re.compile(r"(?:\r\n?|\n)+")
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def prose(text: str) -> Markup:
    """Prose within a line; its `code` stands out."""
    # An odd number of parts, of which every second one is code.
    parts = enumerate(_CODE.split(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if odd % 2 else escape(part) for odd, part in parts)


def paragraphs(text: str) -> Markup:
    """Prose with each of its lines in a paragraph."""
    lines = (line for line in _LINE_BREAKS.split(text) if line.strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(prose(line)) for line in lines)


def percent(probability: float) -> str:
    """A probability in whole percent; never 0 or 100, which it isn't."""
    if probability < 0.005:
        return "<1 %"
    return ">99 %" if probability > 0.995 else f"{probability:.0%}".replace("%", " %")


def age(seconds: float) -> str:
    """A time in the largest unit that it fills."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def since(moment: datetime) -> str:
    """How long ago something was."""
    return f"{age((datetime.now(UTC) - moment).total_seconds())} ago"


FILTERS: Mapping[str, Callable[..., object]] = {
    "age": age,
    "paragraphs": paragraphs,
    "percent": percent,
    "prose": prose,
    "since": since,
}
