import pytest

from api import reference


def test_the_page_is_what_the_document_says_now() -> None:
    assert reference.DESTINATION.read_text(encoding="utf-8") == reference.render(), "run `make docs`"


@pytest.mark.parametrize(
    "line",
    [
        "### `POST /v1/diagnoses`",
        "Scope: `read`",
        "Answers 201: [Diagnosis](#diagnosis)",
        "| `top_k` | integer (from 1, to 20) | Default: `5`. |",
        "| `confidence` | [Confidence](#confidence) |  |",
        "One of `confident`, `likely`, `unsure`.",
        '{"entry_id": "the-cause", "verdict": "solved"}',
    ],
)
def test_the_page_tells_of_operations_and_shapes(line: str) -> None:
    assert line in reference.render().splitlines()


def test_every_link_leads_to_a_heading() -> None:
    page = reference.render()
    headings = {line.lstrip("# ").lower() for line in page.splitlines() if line.startswith("#")}

    linked = {part.split(")")[0] for part in page.split("](#")[1:]}
    assert linked
    assert linked <= headings
