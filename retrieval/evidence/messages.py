"""HTTP messages written out as text: `curl -i`, `curl -v`, raw messages, and what one copies from developer tools."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.evidence.header_names import REQUEST_HEADERS, RESPONSE_HEADERS, is_distinctive, is_header_name

Pairs = tuple[tuple[str, str], ...]

LEAST_WHOLE_HEADERS = 6
"""A block of so many headers was copied as a whole; of fewer, without a first line, others may have been left out."""
MOST_HEADER_LINES = 200
MOST_GENERAL_LINES = 20
MOST_BODY_LINES = 500

_STATUS_LINE = re.compile(r"\s{0,8}(?:< )?HTTP/\d(?:\.\d)?\s+(\d{3})(?:\s+(.*))?$")
_REQUEST_LINE = re.compile(r"\s{0,8}(?:> )?([A-Z]{3,7}) (\S+) HTTP/\d(?:\.\d)?\s*$")
_REQUEST_URL = re.compile(r"\s{0,8}([A-Z]{3,7}) (https?://\S+)\s*$")
_HEADER = re.compile(r"\s{0,8}(?:[-*•] )?`?(:?[A-Za-z0-9][A-Za-z0-9_-]*)(?:\s?:(?:\s+|(?!//))|\t)(.*?)`?$")
_NAME_ALONE = re.compile(r"\s{0,8}(:?[A-Za-z][A-Za-z0-9-]*):?\s*$")
_VERBOSE = re.compile(r"([<>]) ?(.*)$")
_REMARK = re.compile(r"[*<>] ?|\S*[$#] curl ")
_PROGRESS = re.compile(r"[{}] \[\d+ bytes data\]")
_HEADING = re.compile(
    r"[#*\s]{0,8}(general|response|request)(?: headers)?\b[\s:*]{0,8}(?:\([^)]*\)|view \w+|raw|\d+)*\s*$", re.I
)
_GENERAL = re.compile(
    r"\s{0,8}(request url|request method|status code|remote address|referrer policy|url|status)\s?:?(?:\s+(.*))?$", re.I
)
_GENERAL_START = re.compile(r"\s{0,8}(?:request (?:url|method)|url: https?:)", re.I)
_PROVISIONAL = re.compile(r"\W{0,8}provisional headers are shown", re.I)
_NOISE = frozenset({"", "disable cache", "raw", "view source", "view parsed"})
_BODY_START = re.compile(r"\s*[{\[<\"]")
_OF_CODE = ("process.env", "import.meta", "os.environ", "os.Getenv", "${")
_NO_HEADERS = frozenset({"http", "https", "note", "expected", "actual", "error", "message", "file", "line", "caused"})


@dataclass(frozen=True)
class RequestText:
    """A request as written, from line `start` up to `end` (excluded), counted from 0."""

    start: int
    end: int
    method: str = ""
    target: str = ""
    pairs: Pairs = ()
    body: str | None = None
    scheme: str = ""
    credentials: str = ""
    is_command: bool = False
    whole: bool = True


@dataclass(frozen=True)
class ResponseText:
    """A response as written."""

    start: int
    end: int
    status: int = 0
    status_text: str = ""
    pairs: Pairs = ()
    body: str | None = None
    whole: bool = True


@dataclass(frozen=True)
class GeneralText:
    """The "General" section of a Network panel."""

    start: int
    end: int
    method: str
    url: str
    status: int
    status_text: str


MessageText = RequestText | ResponseText | GeneralText


def read_message(lines: Sequence[str], start: int) -> MessageText | None:
    """The message that begins at this line, if one does."""
    line = lines[start]
    if match := _STATUS_LINE.match(line):
        pairs, end = _verbose_headers(lines, start + 1) if line.lstrip().startswith("<") else _headers(lines, start + 1)
        body, end = _verbose_body(lines, end) if line.lstrip().startswith("<") else _body(lines, end)
        return ResponseText(start, end, int(match[1]), (match[2] or "").strip(), pairs, body)
    if match := _REQUEST_LINE.match(line) or _REQUEST_URL.match(line):
        verbose = line.lstrip().startswith(">")
        pairs, end = _verbose_headers(lines, start + 1) if verbose else _headers(lines, start + 1)
        body, end = (None, end) if verbose else _body(lines, end)
        return RequestText(start, end, match[1], match[2], pairs, body, whole=bool(pairs))
    if _GENERAL_START.match(line):
        return _general(lines, start)
    return _bare_headers(lines, start)


def is_heading(line: str) -> bool:
    """Whether a line is only a title of the Network panel: "Response Headers", "General"."""
    return bool(_HEADING.match(line) or _PROVISIONAL.match(line) or _is_noise(line))


def _is_noise(line: str) -> bool:
    return line.strip().lower() in _NOISE


def inline_headers(line: str) -> Pairs:
    """Headers that a sentence quotes between backticks."""
    pairs = (_pair(code) for code in line.split("`")[1::2])
    return tuple(pair for pair in pairs if pair and is_header_name(pair[0]) and pair[1])


def _verbose_headers(lines: Sequence[str], position: int) -> tuple[Pairs, int]:
    """The header lines of `curl -v`, each marked by "<" or ">", up to the empty one."""
    pairs: list[tuple[str, str]] = []
    while position < len(lines) and (match := _VERBOSE.match(lines[position])):
        position += 1
        if not match[2].strip():
            break
        if pair := _pair(match[2]):
            pairs.append(pair)
    return tuple(pairs), position


def _verbose_body(lines: Sequence[str], position: int) -> tuple[str | None, int]:
    """What `curl -v` printed up to its next remark; the one that the connection stays open may come first."""
    while position < len(lines) and lines[position].startswith("* "):
        position += 1
    if position < len(lines) and not (_BODY_START.match(lines[position]) or _PROGRESS.match(lines[position])):
        return None, position
    end = position
    while end < len(lines) and end - position < MOST_BODY_LINES and lines[end] and not _REMARK.match(lines[end]):
        end += 1
    body = "\n".join(line for line in lines[position:end] if not _PROGRESS.match(line))
    return body or None, end


def _headers(lines: Sequence[str], position: int) -> tuple[Pairs, int]:
    """Header lines up to the first line that is none. Chrome puts the value on a line of its own."""
    pairs: list[tuple[str, str]] = []
    end = min(len(lines), position + MOST_HEADER_LINES)
    two_lines = position < end and _has_value_below(lines, position)
    while position < end:
        line = lines[position]
        alone = _NAME_ALONE.match(line)
        if two_lines and alone and not _HEADING.match(line):
            value = lines[position + 1].strip() if position + 1 < len(lines) else ""
            is_empty = line.rstrip().endswith(":") and value.endswith(":") and bool(_NAME_ALONE.match(value))
            pairs.append((alone[1], "" if is_empty else value))
            position += 1 if is_empty else 2
        elif (pair := _pair(line)) and not two_lines:
            pairs.append(pair)
            position += 1
        elif pairs and line.strip() and _is_noise(line):
            position += 1
        else:
            break
    return tuple(pairs), position


def _has_value_below(lines: Sequence[str], position: int) -> bool:
    alone = _NAME_ALONE.match(lines[position])
    if not alone or not is_header_name(alone[1]) or position + 1 >= len(lines):
        return False
    below = _pair(lines[position + 1])
    return bool(lines[position + 1].strip()) and not (below and is_header_name(below[0]))


def _pair(line: str) -> tuple[str, str] | None:
    match = _HEADER.match(line)
    if not match or match[1].lower() in _NO_HEADERS or match[1].lower().endswith(("error", "exception", "warning")):
        return None
    return match[1], match[2]


def _bare_headers(lines: Sequence[str], start: int) -> RequestText | ResponseText | None:
    """A block of headers without a first line: of a request or a response, by the names it has."""
    pair = _pair(lines[start])
    if not (pair and is_header_name(pair[0]) and not _is_code(*pair)) and not _has_value_below(lines, start):
        return None
    pairs, end = _headers(lines, start)
    names = [name.lower() for name, _ in pairs]
    above = lines[start - 1] if start else ""
    below_heading = bool(_HEADING.match(above) or _PROVISIONAL.match(above))
    if not below_heading and not any(is_distinctive(name) for name in names[:LEAST_WHOLE_HEADERS]):
        return None
    of_request = sum(name in REQUEST_HEADERS for name in names)
    of_response = sum(name in RESPONSE_HEADERS for name in names)
    whole = len(pairs) >= LEAST_WHOLE_HEADERS or below_heading or not {":status", ":method"}.isdisjoint(names)
    whole = whole and not _PROVISIONAL.match(above)
    if of_request > of_response:
        return RequestText(start, end, pairs=pairs, whole=whole)
    return ResponseText(start, end, pairs=pairs, whole=whole)


def _is_code(name: str, value: str) -> bool:
    """Whether "name: value" is rather a field of an object or of a YAML file."""
    quoted = value.startswith(('"', "'", "`")) and not name.lower().startswith(("etag", "if-", "sec-ch-"))
    return quoted or value.endswith((",", "{", "[", "(", ";")) or any(word in value for word in _OF_CODE)


def _general(lines: Sequence[str], start: int) -> GeneralText | None:
    values: dict[str, str] = {}
    position = start
    while position < min(len(lines), start + MOST_GENERAL_LINES) and (match := _GENERAL.match(lines[position])):
        value = (match[2] or "").strip()
        position += 1
        if not value and position < len(lines):
            value = lines[position].strip()
            position += 1
        values[match[1].lower()] = value
    url = values.get("request url") or values.get("url", "")
    status, _, status_text = (values.get("status code") or values.get("status", "")).lstrip("●🟢🔴 ").partition(" ")
    if "://" not in url:
        return None
    number = int(status) if len(status) == 3 and status.isdecimal() else 0
    return GeneralText(start, position, values.get("request method", ""), url, number, status_text.strip())


def _body(lines: Sequence[str], position: int) -> tuple[str | None, int]:
    """The paragraph after the empty line, if it looks like data and not like what its reader goes on to say."""
    start = position + 1 if position < len(lines) and not lines[position].strip() else position
    if start >= len(lines) or not _BODY_START.match(lines[start]):
        return None, position
    end = start
    while (
        end < len(lines) and end - start < MOST_BODY_LINES and lines[end].strip() and not _STATUS_LINE.match(lines[end])
    ):
        end += 1
    return "\n".join(lines[start:end]), end
