"""Requests as commands: what developer tools copy as cURL (bash, cmd), PowerShell or fetch, and curl typed by hand."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from retrieval.evidence.messages import RequestText

MOST_LINES = 300
MOST_CHARACTERS = 200_000

_CURL = re.compile(r"(?:[^$#%>\u276f]{0,80}[$#%>\u276f])?\s{0,8}(?:(?:sudo|time|watch) )?curl(?:\.exe)?[ \t]")
_HOST_TO_FILL_IN = re.compile(r"https?://[^/]*[${<][^/]*(.*)", re.S)
_URL = re.compile(r"https?://[\w\[.-]", re.I)
_FETCH = re.compile(r"\s{0,8}(?:> ?)?(?:await )?fetch\(\s*(?=\")")
_POWERSHELL = re.compile(
    r"\s{0,8}(?:PS [^>]{0,80}> ?)?(?:\$session = New-Object|Invoke-(?:WebRequest|RestMethod) )", re.I
)

# Possessive quantifiers (`++`) never go back, so that a hostile text takes linear time.
_WORD = re.compile(r"(?:[^\s'\"\\$|;<>]|\\.|\$'(?:[^'\\]|\\.)*+'|'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\$)++", re.S)
_GAP = re.compile(r"(?:[ \t]|\\\n)*+")
_PIECE = re.compile(r"\$'((?:[^'\\]|\\.)*+)'|'([^']*+)'|\"((?:[^\"\\]|\\.)*+)\"|\\(.)", re.S)
_IN_DOUBLE_QUOTES = re.compile(r"\\([\"\\$`\n])")
_IN_ANSI_QUOTES = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)", re.S)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_CARET = re.compile(r"\^(.)", re.S)

_OPTIONS = {
    "-A": "user-agent", "-b": "cookie", "-d": "data", "-e": "referer", "-G": "get", "-H": "header", "-I": "head",
    "-u": "user", "-X": "request", "--data-raw": "data", "--data-binary": "data", "--data-ascii": "data",
    "--data-urlencode": "data", "--json": "data",
}  # fmt: skip
_SHORT_WITH_VALUE = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
_LONG_WITHOUT_VALUE = """
compressed insecure include verbose silent show-error location head get http1.0 http1.1 http2 http3 fail no-buffer
globoff ipv4 ipv6 path-as-is tcp-nodelay raw progress-bar fail-with-body location-trusted trace-time
"""

_PS_URI = re.compile(r"-Uri\s++\"?([^\s\"]++)", re.I)
_PS_METHOD = re.compile(r"-Method\s++\"?(\w++)", re.I)
_PS_CONTENT_TYPE = re.compile(r"-ContentType\s++\"([^\"]*+)\"", re.I)
_PS_BODY = re.compile(r"-Body\s++\(?(?:\[[^\]\s]{0,40}\]::UTF8\.GetBytes\()?\"((?:[^\"`]|`.)*+)\"", re.I | re.S)
_PS_HEADERS = re.compile(r"-Headers\s++@\{((?:\"(?:[^\"`]|`.)*+\"|[^\"}@])*+)\}", re.I | re.S)
_PS_HEADER = re.compile(r"\"((?:[^\"`]|`.)*+)\"\s*+=\s*+\"((?:[^\"`]|`.)*+)\"", re.S)
_PS_COOKIE = re.compile(r"Net\.Cookie\(\"((?:[^\"`]|`.)*+)\", ?\"((?:[^\"`]|`.)*+)\"", re.S)
_PS_AGENT = re.compile(r"\$session\.UserAgent = \"([^\"]*+)\"")
_PS_ESCAPE = re.compile(r"`(.)", re.S)
_PS_NO_HEADERS = frozenset({"authority", "method", "path", "scheme"})


def read_command(lines: Sequence[str], start: int) -> RequestText | None:
    """The request of the command that begins at this line, if one does."""
    line = lines[start][:MOST_CHARACTERS]
    if match := _CURL.match(line):
        return _read_curl(_text_from(lines, start), match.end(), start)
    if _FETCH.match(line):
        return _read_fetch(_text_from(lines, start), start)
    if _POWERSHELL.match(line):
        return _read_powershell(_text_from(lines, start), start)
    return None


def _text_from(lines: Sequence[str], start: int) -> str:
    return "\n".join(line[:MOST_CHARACTERS] for line in lines[start : start + MOST_LINES])[:MOST_CHARACTERS]


def _read_curl(text: str, position: int, start: int) -> RequestText | None:
    first_line_end = text.find("\n", position)
    if '^"' in text[position:first_line_end] or text[position:first_line_end].endswith("^"):
        # Windows' cmd: a caret takes the special meaning from what follows, be it a quote or the line's end.
        text = _CARET.sub(lambda match: "\\\n" if match[1] == "\n" else match[1], text)
    words, end = _words(text, position)
    options, arguments = _options(words)
    url = next(iter(options["--url"] + arguments), "")
    url = url if "://" in url or not url else f"http://{url}"
    if variable := _HOST_TO_FILL_IN.match(url):
        url = variable[1] or "/"
    elif not _URL.match(url):
        return None
    pairs = [(name, value) for name, _, value in (header.partition(":") for header in options["header"])]
    pairs += [("cookie", value) for value in options["cookie"] if "=" in value]
    pairs += [("authorization", f"Basic {value}") for value in options["user"]]
    pairs += [(name, value) for name in ("user-agent", "referer") for value in options[name]]
    body = "&".join(options["data"]) if options["data"] and not options["get"] else None
    if body is not None and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.append(("content-type", "application/x-www-form-urlencoded"))
    default = "POST" if body is not None else "HEAD" if options["head"] else "GET"
    return RequestText(
        start=start,
        end=start + 1 + text.count("\n", 0, end),
        method=next(iter(options["request"]), default),
        target=f"{url}?{'&'.join(options['data'])}" if options["get"] else url,
        pairs=tuple(pairs),
        body=body,
        is_command=True,
    )


def _words(text: str, position: int) -> tuple[list[str], int]:
    """The words of a shell command, and where it ends: at a line's end, a pipe, or a quote that is never closed."""
    words: list[str] = []
    while True:
        if gap := _GAP.match(text, position):
            position = gap.end()
        word = _WORD.match(text, position)
        if not word:
            return words, position
        words.append(_PIECE.sub(_unquoted, word[0]))
        position = word.end()


def _unquoted(match: re.Match[str]) -> str:
    ansi, single, double, escaped = match.groups()
    if ansi is not None:
        return _IN_ANSI_QUOTES.sub(_unescaped, ansi)
    if double is not None:
        return _IN_DOUBLE_QUOTES.sub(lambda inner: inner[1].strip("\n"), double)
    return str(single if single is not None else escaped.strip("\n"))


def _unescaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16)).encode(errors="replace").decode()
    return _ESCAPES.get(match[3], match[3])


def _options(words: Sequence[str]) -> tuple[Mapping[str, list[str]], list[str]]:
    """Options by their names with their values ("" for those that take none), and the arguments."""
    options: dict[str, list[str]] = defaultdict(list)
    arguments: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            name, has_value, value = word.partition("=")
            if not has_value and name[2:] not in _LONG_WITHOUT_VALUE.split():
                value = next(rest, "")
            options[_OPTIONS.get(name, name[2:] if name != "--url" else name)].append(value)
        elif word.startswith("-") and len(word) > 1:
            for place, letter in enumerate(word[1:], start=1):
                name = _OPTIONS.get(f"-{letter}", f"-{letter}")
                if letter in _SHORT_WITH_VALUE:
                    options[name].append(word[place + 1 :] or next(rest, ""))
                    break
                options[name].append("")
        else:
            arguments.append(word)
    return options, arguments


def _read_fetch(text: str, start: int) -> RequestText | None:
    """`fetch(url, {...})` as developer tools write it: in JSON, unlike what a person writes."""
    decoder = json.JSONDecoder()
    try:
        url, position = decoder.raw_decode(text, text.index("(") + 1 + _blanks(text, text.index("(") + 1))
        position += 1 + _blanks(text, position + 1)
        options, end = decoder.raw_decode(text, position)
    except (ValueError, RecursionError):
        return None
    if not isinstance(url, str) or not isinstance(options, dict) or not options.keys() & {"headers", "method"}:
        return None
    headers = options.get("headers")
    pairs = [(name, str(value)) for name, value in headers.items()] if isinstance(headers, dict) else []
    if referrer := options.get("referrer"):
        pairs.append(("referer", str(referrer)))
    body = options.get("body")
    return RequestText(
        start=start,
        end=start + 1 + text.count("\n", 0, end),
        method=str(options.get("method", "GET")),
        target=url,
        pairs=tuple(pairs),
        body=body if isinstance(body, str) else None,
        credentials=str(options.get("credentials", "")),
        is_command=True,
        whole=False,  # the browser adds its own headers and the cookies
    )


def _blanks(text: str, position: int) -> int:
    return len(text[position:]) - len(text[position:].lstrip())


def _read_powershell(text: str, start: int) -> RequestText | None:
    """`Invoke-WebRequest`, after the lines that fill its session with cookies."""
    lines = text.split("\n")
    end = _powershell_end(lines)
    command = "\n".join(lines[:end])
    uri = _PS_URI.search(command)
    if not uri:
        return None
    pairs = [(name, value) for name, value in _ps_pairs(_PS_HEADER, "".join(_PS_HEADERS.findall(command)))]
    pairs += [("cookie", f"{name}={value}") for name, value in _ps_pairs(_PS_COOKIE, command)]
    pairs += [("user-agent", agent) for agent in _PS_AGENT.findall(command)]
    pairs += [("content-type", media_type) for media_type in _PS_CONTENT_TYPE.findall(command)]
    method, body = _PS_METHOD.search(command), _PS_BODY.search(command)
    return RequestText(
        start=start,
        end=start + end,
        method=method[1] if method else "GET",
        target=uri[1],
        pairs=tuple((name, value) for name, value in pairs if name.lower() not in _PS_NO_HEADERS),
        body=_PS_ESCAPE.sub(r"\1", body[1]) if body else None,
        is_command=True,
    )


def _powershell_end(lines: Sequence[str]) -> int:
    """Number of lines of a command: each but the last ends with a backtick, or stands within `@{ }`."""
    in_command = in_headers = False
    for number, line in enumerate(lines):
        in_command = in_command or "Invoke-" in line
        if not in_command:
            if not line.startswith(("$session", "PS ")):
                return number
            continue
        if "@{" in line:
            in_headers = "}" not in line.rpartition("@{")[2]
        elif in_headers and line.lstrip().startswith("}"):
            in_headers = False
        if not in_headers and not line.rstrip().endswith("`"):
            return number + 1
    return len(lines)


def _ps_pairs(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    return [(_PS_ESCAPE.sub(r"\1", name), _PS_ESCAPE.sub(r"\1", value)) for name, value in pattern.findall(text)]
