import json

from retrieval.diagnosis import Evidence
from retrieval.evidence.model import Artifacts, LogLine
from retrieval.evidence.reading import read_evidence
from retrieval.evidence.telling import MOST_CHARACTERS, MOST_LINE_CHARACTERS, telling_lines
from retrieval.masking import mask
from tests.retrieval.evidence import samples


def read(text: str, name: str = "a.txt") -> Artifacts:
    return read_evidence("mail stopped", [Evidence(name=name, text=text)])


def log(*texts: str, level: str = "") -> list[LogLine]:
    return [LogLine(text, source="a.log", line=number, level=level) for number, text in enumerate(texts, start=1)]


def test_a_short_log_is_told_whole_and_in_order() -> None:
    assert telling_lines([], log("queue grows", "Error: no space", "bye"), []) == [
        "queue grows",
        "Error: no space",
        "bye",
    ]


def test_of_a_long_log_errors_are_told_before_trouble_and_trouble_before_the_rest() -> None:
    chatter = [f"step {'x' * 80} {chr(97 + number % 26) * number}" for number in range(200)]
    lines = [*log(*chatter), *log("cannot deliver"), *log("no space", level="error"), *log(*chatter)]

    told = telling_lines([], lines, [])

    assert "no space" in told
    assert "cannot deliver" in told
    assert sum(map(len, told)) <= MOST_CHARACTERS


def test_lines_that_differ_in_numbers_only_are_told_once() -> None:
    assert telling_lines([], log("retry 1 in 5 s", "retry 2 in 10 s"), []) == ["retry 1 in 5 s"]


def test_a_long_line_is_cut() -> None:
    (line,) = telling_lines([], log("x" * 5_000), [])

    assert len(line) == MOST_LINE_CHARACTERS


def test_of_a_recording_where_all_is_well_nothing_is_told() -> None:
    told = read((samples.RECORDED / "healthy-session.har").read_text(), "a.har").telling

    assert told == ()


def test_of_a_recording_failures_are_told_with_what_they_say_but_not_the_routine_401() -> None:
    def entry(path: str, status: int, message: str) -> dict[str, object]:
        return {
            "request": {"method": "GET", "url": f"https://a.example{path}"},
            "response": {"status": status, "content": {"mimeType": "application/json", "text": message}},
        }

    entries = [entry("/a", 200, "fine"), entry("/b", 401, "sign in"), entry("/c", 500, "no queue")]

    assert read(json.dumps({"log": {"entries": entries}}), "a.har").telling == ("GET /c: 500", "no queue")


def test_an_error_page_is_told_without_its_tags() -> None:
    text = "HTTP/1.1 502 Bad Gateway\nserver: nginx\n\n<html><h1>502 Bad&nbsp;Gateway</h1>\n<hr>nginx</html>\n"

    assert read(text).telling[:2] == ("502 Bad Gateway", "502 Bad Gateway nginx")


def test_headers_that_somebody_pasted_are_told_masked() -> None:
    told = read(samples.CHROME_HEADERS).telling

    assert "access-control-allow-origin: https://app.pigeon.example" in told
    assert "set-cookie: sid=[masked:3]; Path=/; HttpOnly; Secure; SameSite=None" in told


def test_what_the_symptom_says_itself_is_not_told_twice() -> None:
    message = f"mail stopped\n{samples.CURL_INCLUDE}{samples.FENCED_MESSAGE}Error: no space left"

    artifacts = read_evidence(message, [])

    assert artifacts.telling == ()
    assert artifacts.text == mask(message)
