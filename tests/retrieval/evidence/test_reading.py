"""What is read of what people paste, as a whole: formats, mixtures of them, limits."""

import json
import random
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.diagnosis import MAX_EVIDENCE_CHARACTERS, Evidence
from retrieval.evidence.model import Artifacts, Client, Exchange, Side, Unreadable
from retrieval.evidence.reading import MOST_LINES, MOST_PARTS, MOST_RECORDINGS, NO_COOKIES, read_evidence
from tests.evidence_corpus import variants
from tests.retrieval.evidence import samples
from tests.retrieval.evidence.fuzz import check, mutate, seeds
from tests.retrieval.evidence.large_har import large_har


def attached(text: str, name: str = "a.txt") -> Artifacts:
    return read_evidence("mail stopped", [Evidence(name=name, text=text)])


def pasted(text: str) -> Artifacts:
    return read_evidence(text, [])


def only(artifacts: Artifacts) -> Exchange:
    (exchange,) = artifacts.exchanges
    return exchange


BOTH_WAYS = pytest.mark.parametrize("read", [attached, pasted], ids=["attached", "pasted"])
Read = Callable[[str], Artifacts]


@BOTH_WAYS
def test_curl_with_headers_and_its_command_are_one_exchange(read: Read) -> None:
    exchange = only(read(samples.CURL_INCLUDE))

    assert exchange.summary == "POST /session/refresh: 401"
    assert exchange.client is Client.COMMAND_LINE
    assert exchange.request is not None
    assert exchange.request.url is not None
    assert exchange.request.url.origin == "https://api.pigeon.example"
    assert exchange.request.headers == {"origin": ("https://app.pigeon.example",)}
    assert exchange.response is not None
    assert exchange.response.header_line("access-control-allow-origin") == (
        "access-control-allow-origin: https://app.pigeon.example"
    )
    assert [cookie.name for cookie in exchange.response.set_cookies] == ["sid"]
    assert exchange.response.body is not None
    assert exchange.response.body.json == {"message": "unauthorised"}
    assert exchange.response.shows_headers


@BOTH_WAYS
def test_curls_verbose_output_shows_what_was_really_sent(read: Read) -> None:
    exchange = only(read(samples.CURL_VERBOSE))

    assert exchange.summary == "POST /session/refresh: 200"
    assert exchange.request is not None
    assert exchange.request.headers["user-agent"] == ("curl/8.5.0",)
    assert exchange.response is not None
    assert exchange.response.headers["access-control-expose-headers"] == ("*",)
    assert exchange.response.body is not None
    assert exchange.response.body.text == "{}"


def test_curls_remarks_are_a_log() -> None:
    assert "* Connected to api.pigeon.example (192.0.2.7) port 443" in [
        line.text for line in attached(samples.CURL_VERBOSE).log_lines
    ]


def test_without_the_command_curls_remarks_give_the_scheme() -> None:
    request = only(attached(samples.CURL_VERBOSE.partition("\n")[2])).request

    assert request is not None
    assert request.url is not None
    assert request.url.text == "https://api.pigeon.example/session/refresh"


@BOTH_WAYS
@pytest.mark.parametrize(
    "text", [samples.CHROME_HEADERS, samples.CHROME_HEADERS.replace(":\n", "\n")], ids=["colons", "no colons"]
)
def test_chromes_panel_with_values_below_their_names_is_one_exchange(read: Read, text: str) -> None:
    exchange = only(read(text))

    assert exchange.summary == "POST /signin: 200 OK"
    assert exchange.client is Client.BROWSER
    assert exchange.page is not None
    assert exchange.page.host == "app.pigeon.example"
    assert exchange.response is not None
    assert exchange.response.headers["access-control-allow-credentials"] == ("true",)
    assert [cookie.path for cookie in exchange.response.set_cookies] == ["/", "/session/refresh"]
    assert exchange.request is not None
    assert exchange.request.headers["accept"] == ("*/*",)


@BOTH_WAYS
def test_provisional_headers_are_not_all_that_was_sent(read: Read) -> None:
    exchange = only(read(samples.CHROME_HEADERS_OF_OLD))

    assert exchange.request is not None
    assert exchange.response is not None
    assert exchange.request.headers == {"accept": ("*/*",), "x-pigeon": ("1",)}
    assert not exchange.request.shows_headers
    assert exchange.response.shows_headers


@BOTH_WAYS
def test_safaris_summary_is_one_exchange(read: Read) -> None:
    exchange = only(read(samples.SAFARI_SUMMARY))

    assert exchange.summary == "POST /signin: 200 OK"
    assert exchange.request is not None
    assert exchange.request.url is not None
    assert exchange.request.url.host == "api.pigeon.example"
    assert exchange.response is not None
    assert exchange.response.headers["access-control-expose-headers"] == ("x-pigeon",)


@BOTH_WAYS
def test_a_request_that_firefox_copied_has_its_host_and_cookies(read: Read) -> None:
    exchange = only(read(samples.FIREFOX_REQUEST_HEADERS))

    assert exchange.summary == "POST /signin: no response"
    assert exchange.client is Client.BROWSER
    assert exchange.request is not None
    assert exchange.request.url is not None
    assert exchange.request.url.host == "api.pigeon.example"
    assert exchange.request.cookies == {"sid": ("abc", "def"), "lang": ("de",)}


@BOTH_WAYS
@pytest.mark.parametrize(
    ("text", "client"),
    [
        (samples.CURL_BASH, Client.BROWSER),
        (samples.CURL_CMD, Client.BROWSER),
        (samples.FETCH, Client.COMMAND_LINE),
        (samples.POWERSHELL, Client.BROWSER),
    ],
    ids=["cURL (bash)", "cURL (cmd)", "fetch", "PowerShell"],
)
def test_a_copied_command_is_a_request_without_response(read: Read, text: str, client: Client) -> None:
    exchange = only(read(text))

    assert exchange.where_request.endswith("line 1, request POST /signin")
    assert exchange.response is None
    assert exchange.client is client


def test_a_few_headers_without_first_line_may_not_be_all() -> None:
    exchange = only(pasted("The answer has\naccess-control-allow-origin: *\nvary: Origin\nand that is it"))

    assert exchange.where == "symptom, line 2, response"
    assert exchange.response is not None
    assert exchange.response.headers == {"access-control-allow-origin": ("*",), "vary": ("Origin",)}
    assert not exchange.response.shows_headers


def test_a_header_quoted_in_a_sentence_is_read() -> None:
    exchange = only(pasted("I see `Access-Control-Allow-Origin: *` there, and `npm run: dev`"))

    assert exchange.response is not None
    assert exchange.response.headers == {"access-control-allow-origin": ("*",)}


@pytest.mark.parametrize(
    "text",
    [
        "host: 0.0.0.0\nport: 25\nserver: mail",
        "Error: no queue\nNote: it grows",
        "Date: last Monday",
        "From: Ada\nI did not get: mail",
        "https://a.example/x: gone",
        'app.use(cors({\n  origin: "https://a.example",\n  credentials: true,\n}))',
        'access-control-allow-origin: "*"',
        "origin: process.env.ORIGIN",
    ],
)
def test_lines_with_a_colon_are_not_always_headers(text: str) -> None:
    assert pasted(text).exchanges == ()


def test_redirects_and_preflights_are_exchanges_of_their_own() -> None:
    text = "HTTP/1.1 100 Continue\n\nHTTP/1.1 302 Found\nlocation: /a\n\nHTTP/1.1 200 OK\nvary: a\n"

    assert [exchange.summary for exchange in attached(text).exchanges] == ["302 Found", "200 OK"]


def test_a_console_and_a_servers_log_are_read_as_logs_with_their_requests() -> None:
    console, server = attached(samples.CHROME_CONSOLE), attached(samples.SERVER_LOG)

    assert {line.side for line in console.log_lines} == {Side.FRONTEND}
    assert {line.side for line in server.log_lines} == {Side.BACKEND}
    assert [exchange.summary for exchange in server.exchanges] == [
        "POST /session//refresh: 404 Not Found",
        "POST /api/session/refresh: 401",
        "POST /signin: 401",
    ]
    assert "ValueError: no queue" in [line.text for line in server.log_lines]


def test_a_message_with_several_formats_is_taken_apart() -> None:
    artifacts = pasted(samples.FENCED_MESSAGE)

    exchange = only(artifacts)
    assert exchange.where == "symptom, line 4, response"
    assert exchange.response is not None
    assert exchange.response.body is not None
    assert exchange.response.body.text == "<h1>Oops</h1>"
    assert [(fact.path, fact.value, fact.line) for fact in artifacts.config] == [
        ("init", (), 12),
        ("init.apiDomain", "https://api.pigeon.example", 12),
        ("init.port", 25, 12),
    ]
    assert artifacts.log_lines == ()
    assert artifacts.words == samples.FENCED_MESSAGE


@pytest.mark.parametrize("name", ["config.yaml", "config.ts"])
def test_headers_in_a_file_of_configuration_are_configuration(name: str) -> None:
    text = 'headers = {\n  "x": 1\n}\naccess-control-allow-origin: "*"\n'

    assert attached(text, name).exchanges == ()


@pytest.mark.parametrize("variant", ["fenced", "crlf", "on-one-line"])
def test_a_recording_is_read_wherever_it_stands(variant: str) -> None:
    har = (samples.RECORDED / "healthy-session.har").read_text()
    message = f"please help, this is it:\n{variants.VARIANTS[variant](har)}\nthanks"

    artifacts = pasted(message)

    assert [exchange.summary for exchange in artifacts.exchanges] == [
        exchange.summary for exchange in attached(har).exchanges
    ]
    assert "entries" not in artifacts.text
    assert artifacts.words.startswith("please help")
    assert "thanks" in artifacts.words


@pytest.mark.parametrize("variant", ["coloured", "compose", "kubectl", "journald", "crlf"])
def test_a_log_is_the_same_whatever_stands_before_its_lines(variant: str) -> None:
    log = (samples.RECORDED / "healthy-session.api.log").read_text()

    assert [line.text for line in attached(variants.VARIANTS[variant](log)).log_lines] == [
        line.text for line in attached(log).log_lines
    ]


def test_what_a_program_said_is_kept_apart_by_source() -> None:
    artifacts = read_evidence(
        "Error: in the symptom",
        [Evidence(name="a.log", text="Error: a\nqueue grows"), Evidence(name="b.txt", text=samples.CURL_INCLUDE)],
    )

    assert artifacts.attached_texts() == {
        "a.log": "Error: a\nqueue grows",
        "b.txt": 'Any idea why?\n{"message":"unauthorised"}',
    }


def test_nothing_pasted_is_nothing_to_look_at() -> None:
    assert not pasted("mail stopped since this morning")
    assert pasted(samples.CURL_INCLUDE)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.png", "\x89PNG\r\n\x1a\n" + "\x00\x01\ufffd" * 100, "it is not text"),
        ("a.har", '{"entries": []}', "there is no recording in it"),
        (
            "a.har",
            '{"log": {"entries": [{"request": {"url": "https://a.example/"}}, {"requ',
            "it is cut off or damaged",
        ),
        ("a.log", "a" * (MAX_EVIDENCE_CHARACTERS + 1), "it has 10,485,761 characters, more than 10,485,760"),
        ("a.log", "a\n" * (MOST_LINES + 1), "of its 20,002 lines only the first and the last 10,000 were read"),
        ("a.txt", "```\na\n```\n" * (MOST_PARTS + 1), "of its 201 code blocks and texts only 200 were read"),
        ("a.txt", "HTTP/1.1 200 OK\n" * 5_001, "of all requests together only the first 5,000 were read"),
        ("a.txt", '{"log": {"entries": []}}' * (MOST_RECORDINGS + 1), "of its recordings only the first 20 were read"),
    ],
    ids=["binary", "no recording", "cut off", "characters", "lines", "parts", "requests", "recordings"],
)
def test_what_could_not_be_read_is_said_with_the_reason(name: str, text: str, reason: str) -> None:
    artifacts = attached(text, name)

    assert [piece.source for piece in artifacts.unreadable][:1] == [name]
    assert artifacts.unreadable[0].reason.startswith(reason)
    assert artifacts.words == "mail stopped"


def test_a_recording_without_cookies_says_so() -> None:
    har = json.dumps({"log": {"entries": [{"request": {"url": "https://a.example/", "method": "GET"}}]}})

    assert attached(har, "a.har").unreadable == (Unreadable("a.har", NO_COOKIES),)


def test_of_a_long_log_the_first_and_the_last_lines_keep_their_numbers() -> None:
    lines = attached("\n".join(f"line {number}" for number in range(1, MOST_LINES + 101)), "a.log").log_lines

    assert (lines[0].text, lines[0].line) == ("line 1", 1)
    assert (lines[-1].text, lines[-1].line) == (f"line {MOST_LINES + 100}", MOST_LINES + 100)


def test_the_largest_recording_needs_little_more_memory_than_its_text() -> None:
    text = large_har()
    assert len(text) > 10_000_000

    tracemalloc.start()
    try:
        artifacts = attached(text, "large.har")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(artifacts.exchanges) > 300
    assert artifacts.unreadable == ()
    assert peak < 100_000_000


@pytest.mark.parametrize(
    ("name", "source"),
    [("ada@pigeon.example.log", "[masked:e-mail]"), ("symptom", "attachment symptom"), (" ", "attachment")],
)
def test_names_of_evidence_are_masked_and_none_is_taken_for_the_symptom(name: str, source: str) -> None:
    assert attached("Error: a", name).log_lines[0].source == source


@pytest.mark.parametrize(
    "text",
    [
        "curl 'x\n" * 20_000,
        "Request URL:\n" * 20_000,
        "HTTP/1.1 200 OK\n" * 20_000,
        "set-cookie: a=b\n" * 20_000,
        "set-cookie: a" + ", a=b" * 20_000,
        "cookie: " + "a=b;" * 50_000,
        '{"log":{"entries":[{"request":{"url":"http://a/"}}]}}' * 5_000,
        '{"log":{"entries":[' + '{"request":{"url":"http://a/?' + "a=b&" * 100_000 + '"}}]}}',
        ("Invoke-WebRequest -Headers @{" * 3_000 + "\n") * 5,
        ("Invoke-WebRequest -Uri a -Body [" * 3_000 + "\n") * 5,
        "```\na\n" * 20_000,
        " " * 90_000 + "x",
        "server {" * 20_000,
        "\x1b[" * 200_000,
        "`vary: a` " * 20_000,
    ],
    ids=lambda text: text[:20].strip(),
)
def test_hostile_text_does_not_hang(text: str) -> None:
    assert attached(text).words == "mail stopped"


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_read(text: str) -> None:
    check(text)


def test_what_people_paste_can_be_mangled_in_any_way() -> None:
    texts = [text[:5_000] for text in seeds()]
    for number in range(60):
        check(mutate(random.Random(number), texts)[:20_000])
