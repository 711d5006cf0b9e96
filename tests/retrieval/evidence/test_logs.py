import pytest

from retrieval.evidence.logged_exchanges import read_logged_exchange
from retrieval.evidence.logs import looks_logged, read_log, side_of
from retrieval.evidence.model import Client, Exchange, LogLine, Side
from retrieval.evidence.parts import Part
from tests.retrieval.evidence.samples import CHROME_CONSOLE, FIREFOX_CONSOLE, SAFARI_CONSOLE, SERVER_LOG


def log(*lines: str) -> list[LogLine]:
    return read_log(Part("a.log", 5, lines, None, is_prose=False), range(len(lines)))


def exchange(line: str) -> Exchange:
    found = read_logged_exchange(LogLine(line, source="a.log", line=3))
    assert found is not None
    return found


def test_lines_keep_their_numbers_and_blank_ones_are_left_out() -> None:
    assert [(line.line, line.text) for line in log("first  ", "", "third")] == [(5, "first"), (7, "third")]


def test_secrets_in_a_log_are_masked_even_across_lines() -> None:
    assert [line.text for line in log("mail to ada@pigeon.example", "cookie:", "sid=abc")] == [
        "mail to [masked:e-mail]",
        "cookie:",
        "sid=[masked:3]",
    ]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2026-11-30 ERROR no queue", "error"),
        ("[warn] queue grows", "warning"),
        ("INFO:     started", "info"),
        ("DEBUG pigeon: hello", "debug"),
        ('{"level":50,"msg":"no queue"}', "error"),
        ('{"level":"info","msg":"ok"}', "info"),
        ("TypeError: undefined is not a function", "error"),
        ("Traceback (most recent call last):", "error"),
        ("info: answered with an error", "info"),
        ("queue grows", ""),
        ("the errors page", ""),
    ],
)
def test_a_line_says_how_grave_it_is(line: str, level: str) -> None:
    assert log(line)[0].level == level


@pytest.mark.parametrize(
    ("text", "side"),
    [
        (CHROME_CONSOLE, Side.FRONTEND),
        (FIREFOX_CONSOLE, Side.FRONTEND),
        (SERVER_LOG.replace("api-1  | ", ""), Side.BACKEND),
        ("mail stopped\nqueue grows", Side.UNKNOWN),
        ("", Side.UNKNOWN),
    ],
    ids=["Chrome", "Firefox", "server", "neither", "nothing"],
)
def test_a_browsers_console_and_a_servers_log_are_told_apart(text: str, side: Side) -> None:
    assert side_of(text.split("\n")) is side


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-30T07:00:00Z queue grows",
        "[nginx] started",
        "main.js:12 hello",
        "    at deliver (/srv/app/queue.js:3:1)",
        "Error: no queue",
        "GET https://a.example/x 401 (Unauthorized)",
    ],
)
def test_what_a_program_wrote_is_recognised(line: str) -> None:
    assert looks_logged(line)


@pytest.mark.parametrize(
    "line", ["mail stopped", "it says error but works", "see https://a.example/x", "- first try", ""]
)
def test_what_a_person_wrote_is_no_log(line: str) -> None:
    assert not looks_logged(line)


@pytest.mark.parametrize(
    ("line", "summary", "client"),
    [
        ('INFO:     127.0.0.1:5000 - "POST /a//b HTTP/1.1" 404 Not Found', "POST /a//b: 404 Not Found", Client.UNKNOWN),
        (
            '10.0.0.1 - - [30/Nov/2026:07:00:00 +0000] "GET /a?x=1 HTTP/2.0" 502 150 "-" "Mozilla/5.0 (X11)"',
            "GET /a: 502",
            Client.BROWSER,
        ),
        (
            '[GIN] 2026/11/30 - 07:00:00 | 401 | 35ms | 127.0.0.1 | POST     "/signin"',
            "POST /signin: 401",
            Client.UNKNOWN,
        ),
        (" POST /api/signin 401 in 35ms", "POST /api/signin: 401", Client.UNKNOWN),
        ("a.js:1 GET https://a.example/x 401 (Unauthorized)", "GET /x: 401 Unauthorized", Client.BROWSER),
        ("POST https://a.example/x net::ERR_FAILED", "POST /x: net::ERR_FAILED", Client.BROWSER),
    ],
    ids=["uvicorn", "nginx", "Gin", "Next.js", "Chrome", "Chrome, failed"],
)
def test_a_line_that_tells_of_a_request_is_an_exchange(line: str, summary: str, client: Client) -> None:
    found = exchange(line)

    assert (found.summary, found.client) == (summary, client)
    assert found.where.startswith("a.log, line 3, ")
    assert found.request is not None
    assert not found.request.shows_headers
    assert found.response is None or not found.response.shows_headers


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (CHROME_CONSOLE, "blocked by CORS policy: No 'Access-Control-Allow-Origin' header"),
        (FIREFOX_CONSOLE, "Reason: CORS header"),
        (SAFARI_CONSOLE.split("\n")[1], "due to access control checks"),
    ],
    ids=["Chrome", "Firefox", "Safari"],
)
def test_every_browser_says_which_request_it_blocked(text: str, error: str) -> None:
    found = exchange(text.split("\n")[0])

    assert found.request is not None
    assert found.request.url is not None
    assert found.request.url.text == "https://api.pigeon.example/signin"
    assert found.error.startswith(error)


def test_chrome_says_which_page_was_refused() -> None:
    page = exchange(CHROME_CONSOLE.split("\n")[0]).page

    assert page is not None
    assert page.origin == "https://app.pigeon.example"


@pytest.mark.parametrize("line", ["mail stopped", "GET", "POST to /signin gives 401", "see https://a.example"])
def test_other_lines_tell_of_no_request(line: str) -> None:
    assert read_logged_exchange(LogLine(line, source="a.log", line=1)) is None
