"""The lines of evidence that are worth searching with the symptom: what failed, and what it said."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from retrieval.evidence.model import ConfigFact, Exchange, LogLine
from retrieval.masking import mask

MOST_CHARACTERS = 4_000
"""Some 600 words, as much as a long report: more would drown what the user says."""
MOST_LINE_CHARACTERS = 400
MOST_READ_CHARACTERS = 20_000

_TROUBLE = re.compile(
    r"error|exception|fail|invalid|missing|undefined|unauthori|forbidden|denied|refused|rejected|blocked|mismatch"
    r"|cannot|can't|could not|not found|unable|too (?:big|large|long|many)|exceed|expired|timed? ?out|unexpected",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_VARYING = re.compile(r"\d+|\[masked:[^\]]*\]")
_RANK = {"error": 0, "warning": 1}


def telling_lines(
    exchanges: Sequence[Exchange], log_lines: Sequence[LogLine], config: Sequence[ConfigFact]
) -> list[str]:
    """Lines of at most `MOST_CHARACTERS` together, in their order, masked, none that says the same as another."""
    logged = {(line.source, line.line) for line in log_lines}
    shown = [exchange for exchange in exchanges if (exchange.source, exchange.line) not in logged]
    ranked = [
        *((1, text) for exchange in shown for text in _failure(exchange)),
        *((_rank(line), line.text) for line in log_lines),
        *((3, fact.text) for fact in config),
        *((3, text) for exchange in shown for text in _headers(exchange)),
    ]
    chosen: dict[str, tuple[int, str]] = {}
    left = MOST_CHARACTERS
    for position, (_, text) in sorted(enumerate(ranked), key=lambda item: item[1][0]):
        # Masked before it is cut: of half a secret nobody could tell that it is one.
        line = mask(text[:MOST_READ_CHARACTERS]).strip()[:MOST_LINE_CHARACTERS]
        template = _VARYING.sub("0", line)
        if len(line) > left:
            break
        if template not in chosen:
            chosen[template] = position, line
            left -= len(line)
    return [line for _, line in sorted(chosen.values())]


def _failure(exchange: Exchange) -> Iterator[str]:
    """What went wrong in an exchange: its status and the message in its body; what was pasted may be wrong with 200."""
    response = exchange.response
    # In a recording 401 is routine: it is how a session gets renewed, and how a page learns that nobody is signed in.
    failed = response is not None and response.status >= 400 and (response.status != 401 or exchange.line > 0)
    if exchange.error or exchange.text or failed:
        yield exchange.summary
        if response and response.body:
            yield " ".join(unescape(_TAG.sub(" ", response.body.text)).split())


def _headers(exchange: Exchange) -> Iterator[str]:
    """The headers that somebody chose to paste; a HAR holds all there are, which says nothing."""
    if exchange.line and exchange.response:
        yield from (exchange.response.header_line(name) for name in exchange.response.headers)
        yield from (cookie.line for cookie in exchange.response.set_cookies)


def _rank(line: LogLine) -> int:
    return _RANK.get(line.level, 1 if _TROUBLE.search(line.text) else 2)
