from datetime import UTC, datetime, timedelta

import pytest

from api.web import prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Set `a < b` to <true>.", "Set <code>a &lt; b</code> to &lt;true&gt;."),
        ("`<script>`", "<code>&lt;script&gt;</code>"),
        ("a lone ` backtick", "a lone ` backtick"),
        ("", ""),
    ],
)
def test_prose_keeps_its_code_and_no_other_markup(text: str, html: str) -> None:
    assert prose.prose(text) == html


def test_each_line_of_prose_is_a_paragraph() -> None:
    assert prose.paragraphs("one\r\n\r\n`two` & more\n") == "<p>one</p>\n<p><code>two</code> &amp; more</p>"


def test_an_entry_that_prose_names_is_linked_by_its_title() -> None:
    titles = {"disk-full": "The disk is <full>"}

    html = prose.prose("`disk-full`: see disk-full, not disk-full-again.", titles)

    link = '<a href="/entries/disk-full">The disk is &lt;full&gt;</a>'
    assert html == f"<code>disk-full</code>: see {link}, not disk-full-again."


@pytest.mark.parametrize(
    ("text", "other", "html"),
    [
        ("Reloading in Safari", "Safari reloads", "<mark>Reloading in Safari</mark>"),
        ("no space left on device", "write failed: No space left on device", "no <mark>space left on device</mark>"),
        ("the queue is on it", "the mail is on it", "the queue is on it"),
        ("the front-token <b>", "its frontToken & front", "the <mark>front-token</mark> &lt;b&gt;"),
        ("see `sFrontToken`", "a front door", "see <code><mark>sFrontToken</mark></code>"),
        ("it comes from app.use", "app.example.com", "it comes from app.use"),
        ("the logs of api.example.com", "a log, an example", "the <mark>logs of api.example.com</mark>"),
        ("</mark> <mark> word", "word", "&lt;/mark&gt; &lt;mark&gt; <mark>word</mark>"),
    ],
)
def test_words_that_another_text_has_too_stand_out(text: str, other: str, html: str) -> None:
    assert prose.highlight(text, other) == html


def test_of_a_long_text_only_the_beginning_stands_out() -> None:
    text = "<queue> " * 2_000

    marked = prose.highlight(text, "queue")

    assert marked.startswith("&lt;<mark>queue</mark>&gt; &lt;<mark>queue</mark>&gt;")
    assert marked.endswith("&lt;queue&gt; ")
    assert marked.striptags() == " ".join(text.split())


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "<1 %"), (0.005, "<1 %"), (0.014, "1 %"), (0.816, "82 %"), (0.997, ">99 %")]
)
def test_a_probability_is_never_told_as_certainty(probability: float, text: str) -> None:
    assert prose.percent(probability) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_times_are_told_in_the_largest_unit(ago: timedelta, text: str) -> None:
    assert prose.since(datetime.now(UTC) - ago) == text


def test_the_first_sentence_is_the_headline() -> None:
    assert prose.first_sentence("I don't know. Nothing fits. Sorry.") == ("I don't know.", "Nothing fits. Sorry.")
    assert prose.first_sentence("Probably one of these; confirm it.") == ("Probably one of these; confirm it.", "")


@pytest.mark.parametrize(
    ("weight", "text"), [(3.2, "strongly for"), (1.5, "for"), (0.2, "slightly for"), (-0.2, "slightly against")]
)
def test_a_weight_is_told_in_words(weight: float, text: str) -> None:
    assert prose.strength(weight) == text
