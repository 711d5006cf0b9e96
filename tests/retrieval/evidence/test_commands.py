import pytest

from retrieval.evidence.commands import read_command
from retrieval.evidence.messages import RequestText
from tests.retrieval.evidence.samples import CURL_BASH, CURL_CMD, FETCH, POWERSHELL


def read(text: str) -> RequestText:
    command = read_command(text.split("\n"), 0)
    assert command is not None
    return command


def headers(command: RequestText) -> dict[str, str]:
    return {name.strip(): value.strip() for name, value in command.pairs}


@pytest.mark.parametrize(
    ("text", "method", "target", "sent", "body"),
    [
        (
            CURL_BASH,
            "POST",
            "https://api.pigeon.example/signin",
            {
                "accept": "*/*",
                "sec-fetch-mode": "cors",
                "content-type": "application/json",
                "cookie": "sid=abc; lang=de",
            },
            '{"name":"it\'s \u00e9"}',
        ),
        (
            CURL_CMD,
            "POST",
            "https://api.pigeon.example/signin?x=1&y=2",
            {
                "accept": "application/json",
                "user-agent": "Mozilla/5.0",
                "content-type": "application/x-www-form-urlencoded",
            },
            '{"name":1}',
        ),
        (
            FETCH,
            "POST",
            "https://api.pigeon.example/signin",
            {"Accept": "*/*", "X-Pigeon": "1", "referer": "https://app.pigeon.example/"},
            '{"name":1}',
        ),
        (
            POWERSHELL,
            "POST",
            "https://api.pigeon.example/signin",
            {
                "x-pigeon": "1",
                "cookie": "sid=abc",
                "user-agent": "Mozilla/5.0 (X11)",
                "content-type": "application/json",
            },
            '{"name":1}',
        ),
    ],
    ids=["cURL (bash)", "cURL (cmd)", "fetch", "PowerShell"],
)
def test_what_developer_tools_copy_is_read(
    text: str, method: str, target: str, sent: dict[str, str], body: str
) -> None:
    command = read(text)

    assert (command.method, command.target, command.body) == (method, target, body)
    assert headers(command) == sent
    assert command.end == len(text.rstrip().split("\n"))


def test_fetch_says_its_credentials_but_not_what_the_browser_adds() -> None:
    command = read(FETCH)

    assert command.credentials == "include"
    assert not command.whole


@pytest.mark.parametrize(
    ("text", "method", "target"),
    [
        ("curl https://a.example/x", "GET", "https://a.example/x"),
        ("$ curl -iX POST https://a.example/x", "POST", "https://a.example/x"),
        ("ada@host:~/pigeon$ curl -XPUT https://a.example", "PUT", "https://a.example"),
        ("PS C:\\> curl.exe -v https://a.example", "GET", "https://a.example"),
        ("curl a.example:3000/x", "GET", "http://a.example:3000/x"),
        ("curl -sSLko /dev/null -w '%{http_code}' https://a.example", "GET", "https://a.example"),
        ("curl --max-time 5 --url https://a.example --request=DELETE", "DELETE", "https://a.example"),
        ("curl -I https://a.example", "HEAD", "https://a.example"),
        ("curl -d a=1 -d b=2 https://a.example", "POST", "https://a.example"),
        ("curl -G -d a=1 -d b=2 https://a.example", "GET", "https://a.example?a=1&b=2"),
        ("curl https://a.example | jq .", "GET", "https://a.example"),
        ("curl $API/x", "GET", "/x"),
        ('curl "${API_URL}"', "GET", "/"),
    ],
)
def test_curl_typed_by_hand_is_read(text: str, method: str, target: str) -> None:
    command = read(text)

    assert (command.method, command.target) == (method, target)


def test_a_password_for_curl_is_an_authorization() -> None:
    assert headers(read("curl -u ada:pw -A me -e https://b.example https://a.example")) == {
        "authorization": "Basic ada:pw",
        "user-agent": "me",
        "referer": "https://b.example",
    }


def test_a_command_ends_with_its_line() -> None:
    assert read("curl https://a.example \\\n  -H 'a: b'\n-H 'c: d'").end == 2


def test_a_quote_may_hold_lines() -> None:
    command = read("curl https://a.example -d '{\n}'\nnext")

    assert (command.body, command.end) == ("{\n}", 2)


@pytest.mark.parametrize(
    "text",
    [
        "I use curl a lot",
        "curl: (7) Failed to connect to a.example port 443",
        "curl",
        "curl -H 'a: b'",
        "curl 'https://a.example",
        'fetch("https://a.example")',
        'fetch("https://a.example", {method: "GET"})',
        'fetch("https://a.example", {})',
        "fetch(url, options)",
        "Invoke-WebRequest $url",
        "",
    ],
)
def test_what_is_no_request_is_left_alone(text: str) -> None:
    assert read_command(text.split("\n"), 0) is None
