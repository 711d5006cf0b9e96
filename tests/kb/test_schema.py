from datetime import date
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from kb.schema import Entry, Finding, FindingFrequencies, Frequency, Report, Vocabulary
from tests.conftest import SMALL_KB


def entry_fields(**changes: object) -> dict[str, Any]:
    """A valid entry as it is read from its file, with some fields changed."""
    fields: dict[str, Any] = yaml.safe_load((SMALL_KB / "entries/delivery/disk-full-stops-queue.yaml").read_text())
    return fields | changes


def mistakes(model: type[BaseModel], fields: object) -> list[tuple[str, str]]:
    """Place and kind of everything that `model` finds wrong."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate(fields)
    return [(".".join(map(str, error["loc"])), error["type"]) for error in refused.value.errors()]


@pytest.mark.parametrize(
    ("field", "value", "mistake"),
    [
        pytest.param("id", "Disk-Full", ("id", "string_pattern_mismatch"), id="id in capitals"),
        pytest.param("id", "disk full", ("id", "string_pattern_mismatch"), id="id with a space"),
        pytest.param("id", "disk--full", ("id", "string_pattern_mismatch"), id="id with two hyphens in a row"),
        pytest.param("id", "disk/full", ("id", "string_pattern_mismatch"), id="id that is a path"),
        pytest.param("id", "d" * 81, ("id", "string_too_long"), id="id of 81 characters"),
        pytest.param("title", "t" * 101, ("title", "string_too_long"), id="title of 101 characters"),
        pytest.param("title", "two\nlines", ("title", "string_pattern_mismatch"), id="title of two lines"),
        pytest.param("title", "  ", ("title", "string_too_short"), id="blank title"),
        pytest.param("summary", "s" * 401, ("summary", "string_too_long"), id="summary of 401 characters"),
        pytest.param("symptoms", ["slow"] * 5, ("symptoms", "too_short"), id="five symptoms"),
        pytest.param("symptoms", ["slow"] * 13, ("symptoms", "too_long"), id="thirteen symptoms"),
        pytest.param(
            "symptoms", [*["slow"] * 6, "a\nb"], ("symptoms.6", "string_pattern_mismatch"), id="symptom of two lines"
        ),
        pytest.param("errors", [""], ("errors.0", "string_too_short"), id="empty error string"),
        pytest.param("cause", "\n", ("cause", "string_too_short"), id="blank cause"),
        pytest.param("confirm", [], ("confirm", "too_short"), id="nothing confirms it"),
        pytest.param("fix", [], ("fix", "too_short"), id="no fix"),
        pytest.param("links", [], ("links", "too_short"), id="no link"),
        pytest.param("updated", "2026-13-01", ("updated", "date_from_datetime_parsing"), id="month 13"),
        pytest.param("symptom", ["slow"], ("symptom", "extra_forbidden"), id="misspelt field"),
    ],
)
def test_entry_with_one_wrong_field_is_refused_for_that_field(
    field: str, value: object, mistake: tuple[str, str]
) -> None:
    assert mistakes(Entry, entry_fields(**{field: value})) == [mistake]


@pytest.mark.parametrize(
    ("url", "mistake"),
    [
        pytest.param("docs/storage", "url_parsing", id="relative"),
        pytest.param("ftp://pigeon.example/docs", "url_scheme", id="not http"),
        pytest.param("javascript:alert(1)", "url_scheme", id="script"),
    ],
)
def test_link_must_be_an_absolute_http_address(url: str, mistake: str) -> None:
    links = [{"title": "Storage", "url": "https://pigeon.example/docs"}, {"title": "More", "url": url}]
    assert mistakes(Entry, entry_fields(links=links)) == [("links.1.url", mistake)]


@pytest.mark.parametrize(
    "field", ["id", "title", "section", "summary", "symptoms", "cause", "confirm", "fix", "links", "source", "updated"]
)
def test_entry_without_a_required_field_is_refused(field: str) -> None:
    fields = entry_fields()
    del fields[field]
    assert mistakes(Entry, fields) == [(field, "missing")]


def test_optional_fields_of_an_entry_are_empty_when_left_out() -> None:
    fields = entry_fields()
    for name in ("errors", "findings", "confused_with"):
        del fields[name]
    entry = Entry.model_validate(fields)
    assert (entry.errors, entry.confused_with, list(entry.findings.items())) == ((), (), [])
    assert entry.applies_to.model_dump() == {"platforms": (), "sdks": (), "token_transports": ()}


def test_entry_at_every_limit_is_accepted() -> None:
    Entry.model_validate(
        entry_fields(id="d" * 80, title="t" * 100, summary="s" * 400, symptoms=["slow"] * 12, errors=[])
    )


def test_space_around_a_text_is_cut_off() -> None:
    entry = Entry.model_validate(entry_fields(title="  The disk is full\n", cause="\nNo space is left.\n\n"))
    assert (entry.title, entry.cause) == ("The disk is full", "No space is left.")


def test_indentation_of_a_snippet_is_kept() -> None:
    source = "if full:\n    stop()\n"
    fix = [{"text": "Stop.", "code": [{"sdk": "python", "source": source}]}]
    assert Entry.model_validate(entry_fields(fix=fix)).fix[0].code[0].source == source


def test_entry_cannot_be_changed() -> None:
    entry = Entry.model_validate(entry_fields())
    with pytest.raises(ValidationError, match="frozen"):
        entry.title = "Another"  # type: ignore[misc]  # what mypy forbids must fail at run time too


def test_date_is_read_from_yaml() -> None:
    assert Entry.model_validate(entry_fields()).updated == date(2026, 1, 2)


def test_reserved_id_of_none_of_these_is_refused() -> None:
    assert mistakes(Entry, entry_fields(id="none"))[0][0] == "id"


def test_findings_are_listed_from_always_to_never() -> None:
    findings = FindingFrequencies(never=("a",), rarely=("b",), sometimes=("c",), usually=("d",), always=("e", "f"))
    assert list(findings.items()) == [
        ("e", Frequency.ALWAYS),
        ("f", Frequency.ALWAYS),
        ("d", Frequency.USUALLY),
        ("c", Frequency.SOMETIMES),
        ("b", Frequency.RARELY),
        ("a", Frequency.NEVER),
    ]


FINDING = {"id": "disk-full", "question": "Is the disk full?", "how_to_look": "Run `df -h`."}


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        pytest.param({"question": "q" * 201}, ("question", "string_too_long"), id="question of 201 characters"),
        pytest.param({"how_to_look": "h" * 401}, ("how_to_look", "string_too_long"), id="how_to_look of 401"),
        pytest.param({"text": {"holds": ["(full"]}}, ("text.holds.0", "value_error"), id="unclosed bracket"),
        pytest.param({"text": {"fails": ["ok"]}}, ("text.fails.0", "string_too_short"), id="pattern of two characters"),
        pytest.param({"text": {"hold": ["full"]}}, ("text.hold", "extra_forbidden"), id="misspelt key"),
    ],
)
def test_finding_with_one_wrong_field_is_refused_for_that_field(
    changes: dict[str, object], mistake: tuple[str, str]
) -> None:
    assert mistakes(Finding, FINDING | changes) == [mistake]


def test_pattern_that_does_not_compile_says_why() -> None:
    with pytest.raises(ValidationError, match=r"not a regular expression of RE2, .*: invalid perl operator"):
        Finding.model_validate(FINDING | {"text": {"holds": ["(?=full)"]}})


@pytest.mark.parametrize("grade", [0, 3, "2"])
def test_report_is_graded_one_or_two(grade: object) -> None:
    report = {"id": "r1", "question": "It stopped", "labels": {"disk-full": grade}}
    assert mistakes(Report, report) == [("labels.disk-full", "literal_error")]


def test_report_without_labels_is_one_that_nothing_answers() -> None:
    assert Report.model_validate({"id": "r1", "question": "Can I change the colour?", "labels": {}}).labels == {}


def test_vocabulary_shows_at_least_three_examples() -> None:
    vocabulary = yaml.safe_load((SMALL_KB / "vocabulary.yaml").read_text())
    assert mistakes(Vocabulary, vocabulary | {"examples": ["one", "two"]}) == [("examples", "too_short")]
