import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from eval import plots
from eval.dialogues import Dialogue, summarise_dialogues
from eval.measures import Group, judge, summarise
from retrieval import Confidence
from tests.eval.answers import answer, judgement, run_of
from tests.page import Page

JUDGEMENTS = [
    judgement("q1", first_score=0.95, first_right=True),
    judgement("q2", first_score=1.0, first_right=True),
    judgement("q3", first_score=0.15),
    judgement("q4", answerable=False, first_score=None),
]


DIALOGUES = [
    Dialogue(query_id="q1", answerable=True, confidence=Confidence.LIKELY, asked=(), first_right=(True,)),
    Dialogue(query_id="q2", answerable=True, confidence=Confidence.UNSURE, asked=("f",), first_right=(False, True)),
]


def groups(*styles: str) -> list[Group]:
    answers = [answer(f"q{number}", {"a": 2}, {"a": 0.9}, style=style) for number, style in enumerate(styles)]
    summary = summarise(run_of(answers))
    return [group for group in summary.groups if group.name.startswith("style: ")]


def all_plots() -> list[str]:
    return [
        plots.reliability(JUDGEMENTS),
        plots.risk_coverage({"causeway": JUDGEMENTS, "bm25": JUDGEMENTS, "dense": JUDGEMENTS, "rrf": JUDGEMENTS}),
        plots.bars(groups("log", "vague"), "P@1"),
        plots.questions(summarise_dialogues(DIALOGUES).groups),
        plots.latency([1.0, 2.0, 3.0]),
    ]


@pytest.mark.parametrize("number", range(5), ids=["reliability", "risk", "bars", "questions", "latency"])
def test_every_colour_is_one_of_the_page(number: int) -> None:
    svg = all_plots()[number]

    colours = set(re.findall(r"(?:fill|stroke|color): ([^;\"}]+)", svg))
    assert {colour for colour in colours if not colour.startswith("var(--") and colour != "none"} == set()
    assert re.search(r'^<svg role="img" aria-label="[^"]+"', svg)


def test_no_element_has_a_style_of_its_own_and_each_has_its_class() -> None:
    for svg in all_plots():
        page = Page(svg)
        assert page.values("style") == []
        classes = set(page.values("class"))
        assert classes
        assert all(f".{name}{{" in svg for name in classes)


def test_reliability_has_a_dot_for_each_bin_that_has_queries() -> None:
    # 0.95 and 1.0 share the last bin; no answer is in the first, 0.15 in the second.
    assert plots.reliability(JUDGEMENTS).count("PathCollection") == 3


def test_risk_and_coverage_has_a_line_a_system_by_its_name() -> None:
    text = Page(plots.risk_coverage({"causeway": JUDGEMENTS, "bm25": JUDGEMENTS})).text

    assert "causeway" in text
    assert "bm25" in text


def test_questions_have_a_line_for_each_confidence() -> None:
    text = Page(plots.questions(summarise_dialogues(DIALOGUES).groups)).text

    assert all(name in text for name in ("all", "likely", "unsure"))


def test_bars_show_each_group_with_its_number_of_queries() -> None:
    text = Page(plots.bars(groups("log", "vague"), "P@1")).text.split()

    assert {"log", "vague", "1"} <= set(text)


def test_group_that_the_measure_is_not_of_is_left_out() -> None:
    run = run_of([answer("q1", {"a": 2}, {"a": 0.9}, style="log"), answer("q2", {}, {}, style="chat")])
    found = [group for group in summarise(run).groups if group.name.startswith("style: ")]

    assert "chat" not in Page(plots.bars(found, "P@1")).text


@pytest.mark.parametrize(
    "style",
    [
        "<b>&",
        "50 %",
        "#1",
        "costs: much",
        "$5 or $6",
        "$\\x$",
    ],
)
def test_name_of_a_group_is_shown_as_it_is(style: str) -> None:
    assert style in Page(plots.bars(groups(style), "P@1")).text


def test_one_query_is_enough_for_every_plot() -> None:
    one = judge(run_of([answer("q1", {"a": 2}, {"a": 0.9})]))

    for svg in (plots.reliability(one), plots.risk_coverage({"now": one}), plots.latency([1.0])):
        assert "svg" in Page(svg).tags


def test_plot_is_the_same_text_in_another_process() -> None:
    code = "from eval.plots import latency; print(latency([1.0]))"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert other.stdout == f"{plots.latency([1.0])}\n"
