import io

from rich.console import Console, RenderableType

from eval.comparison import Change, Difference
from eval.dialogues import DialogueGroup, DialogueSummary
from eval.feedback import Candidate
from eval.measures import Estimate, summarise
from eval.rendering import (
    ablation_table,
    candidates_table,
    changes_table,
    differences_table,
    render_dialogues,
    render_summary,
)
from retrieval import Confidence
from tests.eval.answers import answer, run_of

ANSWERS = [
    answer("q1", {"a": 2}, {"a": 0.9}, confidence=Confidence.CONFIDENT, style="log", latency_ms=2),
    answer("q2", {}, {"a": 0.2}, none_score=0.7, confidence=Confidence.UNSURE, latency_ms=4),
]


def rows(*parts: RenderableType) -> list[list[str]]:
    """Words of each line, as printed without colours."""
    out = io.StringIO()
    console = Console(file=out, width=300)
    for part in parts:
        console.print(part)
    return [line.split() for line in out.getvalue().splitlines()]


def test_summary_shows_measures_groups_and_confidences() -> None:
    plain = summarise(run_of(ANSWERS, "now/bm25", calibrated=False))
    printed = rows(*render_summary(summarise(run_of(ANSWERS, "latest")), {"bm25": plain}))

    assert printed[0] == ["measure", "latest,", "95", "%", "interval", "bm25"]
    assert ["P@1", "1.000", "1.000", "to", "1.000", "1.000"] in printed
    assert ["ECE", "0.150", "0.100", "to", "0.200", "·"] in printed
    assert ["unanswerable", "1", "·", "·", "·", "0.200", "·"] in printed
    assert ["style:", "log", "1", "1.000", "1.000", "·", "0.100", "·"] in printed
    assert ["confident", "1", "1.000", "1.000"] in printed
    assert " ".join(printed[-1]) == "2 queries; an answer takes 3.0 ms (median), 3.9 ms (95th percentile)"


def test_dialogues_show_precision_after_each_question() -> None:
    summary = DialogueSummary(
        groups=[
            DialogueGroup(
                name="unsure",
                queries=12,
                first_right=[Estimate(value=value, low=value - 0.1, high=value + 0.1) for value in (0.5, 0.75)],
                gain=Estimate(value=0.25, low=0.1, high=0.4),
                questions=1.5,
                until_right=None,
            )
        ],
        questions_in_vain=0.4,
    )

    header, unsure, _, in_vain = rows(*render_dialogues(summary))

    assert " ".join(header) == "first answer queries P@1 after 0 P@1 after 1 gain of two asked until right"
    assert " ".join(unsure) == ("unsure 12 0.500 0.400 to 0.600 0.750 0.650 to 0.850 0.250 0.100 to 0.400 1.50 ·")
    assert " ".join(in_vain) == "0.40 questions asked about a query that nothing answers"


def test_difference_shows_the_change_of_the_number_and_its_significance() -> None:
    found = [
        Difference(measure="P@1", first=0.5, second=0.75, p_value=0.01234),
        Difference(measure="ECE", first=0.2, second=0.1, p_value=1.0),
        Difference(measure="Brier", first=0.2, second=None, p_value=None),
    ]

    assert rows(differences_table(found, "old", "new")) == [
        ["measure", "old", "new", "change", "p"],
        ["P@1", "0.500", "0.750", "+0.250", "0.0123"],
        ["ECE", "0.200", "0.100", "-0.100", "1.0000"],
        ["Brier", "0.200", "·", "·", "·"],
    ]


def test_changed_query_shows_what_was_answered() -> None:
    lost = Change(
        query_id="q1", question="where?", first_rank=1, second_rank=None, first_answer="a", second_answer=None
    )

    assert rows(changes_table([lost], "old", "new"))[1] == ["q1", "where?", "a", "nothing", "1", "none"]


def test_ablation_has_a_row_a_variant() -> None:
    printed = rows(ablation_table([summarise(run_of(ANSWERS, name)) for name in ("everything", "without dense")]))

    assert [row[:2] for row in printed] == [["ranking", "P@1"], ["everything", "1.000"], ["without", "dense"]]


def test_long_question_is_cut_to_one_line_and_markup_in_it_is_text() -> None:
    candidate = Candidate(
        id="d1", question="[bold]it\nstops[/] " + "and stops " * 50, solved_by=("a", "b"), not_it=("c",)
    )

    (_, row) = rows(candidates_table([candidate]))

    assert row[:4] == ["d1", "[bold]it", "stops[/]", "and"]
    assert row[-3:] == ["a,", "b", "c"]
    assert row[-4].endswith("…")


def test_markup_in_an_id_is_text() -> None:
    candidate = Candidate(id="d[/b]", question="it stops", solved_by=(), not_it=())

    assert rows(candidates_table([candidate]))[1][0] == "d[/b]"
