import pytest

from retrieval.evidence.parts import Part, clean_lines, split_parts, without_prefixes


def split(text: str, *, is_message: bool = True) -> list[Part]:
    return list(split_parts("a.txt", clean_lines(text), 1, is_message=is_message))


def test_a_text_without_fences_is_one_part() -> None:
    assert split("mail\nstopped") == [Part("a.txt", 1, ("mail", "stopped"), None, is_prose=True)]


def test_fences_are_parts_with_their_language_and_their_lines_keep_their_numbers() -> None:
    parts = split("see\n```TS\nlet a;\n```\nand\n~~~\nb\n~~~\nthanks")

    assert [(part.first_line, part.lines, part.language, part.is_prose) for part in parts] == [
        (1, ("see",), None, True),
        (3, ("let a;", ""), "ts", False),
        (5, ("and",), None, True),
        (7, ("b", ""), None, False),
        (9, ("thanks",), None, True),
    ]


def test_an_attachment_is_no_prose() -> None:
    (part,) = split("mail stopped", is_message=False)

    assert not part.is_prose


@pytest.mark.parametrize(
    ("text", "line", "language"),
    [
        ("```HTTP/1.1 200 OK\nvary: a```", "HTTP/1.1 200 OK", None),
        ("```json\n{}", "{}", "json"),
        ("> ```\n> a\n> ```", "> a", None),
    ],
    ids=["text on the fence's line", "never closed", "quoted"],
)
def test_fences_as_people_write_them(text: str, line: str, language: str | None) -> None:
    (part,) = split(text)

    assert part.lines[0] == line
    assert part.language == language


def test_blank_parts_are_left_out() -> None:
    assert split("\n \n```\n\n```\n") == []


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ("a\r\nb\rc", ["a", "b", "c"]),
        ("\x1b[1;31merror\x1b[0m \x1b[2Kx", ["error x"]),
        ("\x1b]0;title\x07\x1b]8;;https://a.example\x1b\\link", ["link"]),
        ("\ufeffa\x00b\u200b", ["ab"]),
        ("a\ud800", ["a?"]),
        ("tab\there", ["tab\there"]),
    ],
    ids=["line ends", "colours", "titles and links", "invisible", "lone surrogate", "tabs stay"],
)
def test_what_a_terminal_would_not_show_is_dropped(raw: str, lines: list[str]) -> None:
    assert clean_lines(raw) == lines


@pytest.mark.parametrize(
    "prefix",
    [
        "api-1       | ",
        "0|api  | ",
        "[pod/shop-api-6c9d7fbb6b-x2k4q/api] ",
        "[pod/shop-api-6c9d7fbb6b-x2k4q/api] 2026-11-30T07:30:00.118223941Z ",
        "2026-11-30T07:30:00.118223941Z stdout F ",
        "2026-11-30T07:30:00+00:00 app[web.1]: ",
        "2026-11-30T07:30:00.118Z\t3f2a1b4c-1111-2222-3333-444455556666\t",
        "Nov 30 07:30:00 web-2 shop-api[1187]: ",
        "2026-11-30T07:30:00.118223941Z ",
        "2026-11-30 07:30:00,118 ",
    ],
    ids=[
        "docker compose",
        "PM2",
        "kubectl",
        "kubectl with times",
        "container runtime",
        "Heroku",
        "Lambda",
        "journald",
        "docker with times",
        "the log's own time",
    ],
)
def test_prefixes_of_containers_and_services_are_taken_off(prefix: str) -> None:
    assert without_prefixes([f"{prefix}error: no queue", f"{prefix}    at main.js:3"]) == [
        "error: no queue",
        "    at main.js:3",
    ]


def test_a_single_bar_is_no_service() -> None:
    assert without_prefixes(["queue | grows", "mail"]) == ["queue | grows", "mail"]
