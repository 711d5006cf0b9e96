import io
from collections.abc import Iterable

import pytest
from rich.console import Console, RenderableType

from kb import KnowledgeBase
from kb.rendering import Verbatim, inline, numbered, print_all, render_entry, render_remedy


def plain(renderables: Iterable[RenderableType], width: int = 60) -> list[str]:
    """Lines as they are printed without colours."""
    output = io.StringIO()
    console = Console(file=output, width=width, highlight=False)
    for renderable in renderables:
        console.print(renderable, crop=False)
    return output.getvalue().splitlines()


def test_inline_code_stands_out_without_its_backticks() -> None:
    text = inline("Run `df -h`, then `pigeon queue`.")
    assert text.plain == "Run df -h, then pigeon queue."
    assert [text.plain[span.start : span.end] for span in text.spans] == ["df -h", "pigeon queue"]


def test_single_backtick_stays() -> None:
    assert inline("a ` b").plain == "a ` b"


def test_brackets_in_inline_text_stay() -> None:
    assert inline("prints [object Object], then [/bold] `[dim]`").plain == "prints [object Object], then [/bold] [dim]"


def test_wrapped_item_continues_beside_its_number() -> None:
    assert plain(numbered(["one two three four", "five"]), width=20) == ["  1. one two three", "     four", "  2. five"]


def test_code_and_addresses_are_not_wrapped_however_narrow_the_console() -> None:
    command = "pigeon set relay smtp.example.com:587 --retry-for 3600 --user postmaster"
    assert plain([Verbatim(f"if true; then\n  {command}\nfi\n", "cyan")], width=20) == [
        "     if true; then",
        f"       {command}",
        "     fi",
    ]


def test_remedy_shows_checks_fix_with_code_and_links(small_kb: KnowledgeBase) -> None:
    entry = small_kb.entry("port-25-blocked-by-provider")
    assert plain(render_remedy(entry.confirm, entry.fix, entry.links)) == [
        "",
        "Confirm",
        "  1. Run nc -vz mx.example.com 25 on the server. A time-out",
        "     confirms it, an open port rules it out.",
        "",
        "Fix",
        "  1. Ask the provider to open port 25, or relay over port",
        "     587.",
        "     shell",
        "     pigeon set relay smtp.example.com:587",
        "     python",
        '     server.relay = "smtp.example.com:587"',
        "",
        "Links",
        "  Relaying",
        "     https://pigeon.example/docs/relaying",
    ]


def test_entry_that_is_confused_with_none_has_no_such_heading(small_kb: KnowledgeBase) -> None:
    entry = small_kb.entry("disk-full-stops-queue")
    assert "Easily confused with" in plain(render_entry(entry))
    assert "Easily confused with" not in plain(render_entry(entry.model_copy(update={"confused_with": ()})))


def test_output_to_a_pipe_is_plain_and_a_hundred_columns_wide(capsys: pytest.CaptureFixture[str]) -> None:
    print_all(iter([inline("`word` " * 40)]))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["word"] * 20, ["word"] * 20]
