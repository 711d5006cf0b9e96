import re
from collections.abc import Sequence

import pytest

from eval.dialogues import Dialogue
from eval.errors import OtherQueries
from eval.measures import MEASURES, summarise
from eval.report import CONFUSIONS, WORST, render_report
from eval.runs import Answer, Run
from retrieval import Confidence
from retrieval.diagnosis import Reason, Signal
from tests.eval.answers import answer, run_of
from tests.page import Page

HOSTILE = [
    '<script>alert("1")</script>',
    '"><img src=x onerror=alert(1)>',
    "</svg></style></pre><b>",
    "--><!--",
    "{{ 7 * 7 }}",
]
REASON = Reason(signal=Signal.LEXICAL, quote="it has stopped", matched="mail stopped overnight", weight=1.234)

RIGHT = answer(
    "right",
    {"a": 2},
    {"a": 0.9, "b": 0.05},
    style="log",
    decoys=["b"],
    confidence=Confidence.CONFIDENT,
    latency_ms=3,
    reasons=[REASON],
)
WRONG = answer(
    "wrong", {"b": 2, "d": 1}, {"c": 0.6, "b": 0.2}, question="where is it?", style="vague",
    confidence=Confidence.UNSURE, latency_ms=4, reasons=[REASON],
)  # fmt: skip
NOTHING = answer("nothing", {}, {"a": 0.35}, none_score=0.4, latency_ms=5)
ANSWERS = [RIGHT, WRONG, NOTHING]


def page_of(answers: Sequence[Answer], baseline: Sequence[Answer] | None = None, **others: Sequence[Answer]) -> Page:
    plain = {name: run_of(each, f"now/{name}", name, calibrated=False) for name, each in others.items()}
    return Page(render_report(run_of(answers), plain, run_of(baseline, "before") if baseline else None))


def cells(html: str) -> list[list[str]]:
    """Text of each cell of each row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)]
        for row in rows
    ]


def test_page_is_whole_and_says_what_was_measured() -> None:
    page = page_of(ANSWERS)

    assert page.tags >= {"html", "title", "h1", "table", "svg", "details"}
    for words in (
        "Evaluation of now",
        "3 queries (some.jsonl), asked in process",
        "20260102-abc",
        "2026-01-02 03:04 UTC",
    ):
        assert words in " ".join(page.text.split())


def test_page_shows_each_measure_with_its_interval() -> None:
    html = render_report(run_of(ANSWERS), {})
    shown = {row[0].removesuffix(" (lower is better)"): row[1] for row in cells(html) if row}

    for name, found in summarise(run_of(ANSWERS)).groups[0].measures.items():
        assert shown[name] == f"{found.value:.3f} {found.low:.3f} to {found.high:.3f}"


def test_page_shows_other_systems_beside_the_run() -> None:
    html = render_report(run_of(ANSWERS), {"bm25": run_of(ANSWERS, system="bm25", calibrated=False)})
    shown = {row[0]: row[2] for row in cells(html) if len(row) == 3}

    assert (shown["P@1"], shown["Brier (lower is better)"]) == ("0.500", "·")
    assert "bm25" in Page(html).text


def test_page_shows_what_questions_are_worth_if_dialogues_were_held() -> None:
    asked = Dialogue(
        query_id="wrong", answerable=True, confidence=Confidence.UNSURE, asked=("f",), first_right=(False, True)
    )

    html = render_report(run_of(ANSWERS), {}, dialogues=[asked])

    assert "What a question is worth" in Page(html).text
    assert ["unsure", "1", "0.000 0.000 to 0.000", *["1.000 1.000 to 1.000"] * 3] in [row[:6] for row in cells(html)]
    assert "What a question is worth" not in Page(render_report(run_of(ANSWERS), {})).text


def test_page_needs_no_network_and_runs_no_code() -> None:
    page = page_of(ANSWERS, ANSWERS, bm25=ANSWERS)

    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "embed", "img", "base", "form"})
    assert all(value.startswith("#") for value in page.values("src", "href", "xlink:href", "action", "poster"))
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    html = render_report(run_of(ANSWERS), {})
    assert "@import" not in html
    assert all(target.startswith("#") for target in re.findall(r"url\(['\"]?([^)'\"]*)", html))


def test_ids_of_the_plots_do_not_clash_and_each_reference_has_its_target() -> None:
    page = page_of(ANSWERS, ANSWERS, bm25=ANSWERS, dense=ANSWERS)

    ids = page.values("id")
    assert len(ids) == len(set(ids))
    linked = {value.removeprefix("#") for value in page.values("href", "xlink:href")}
    clipped = {value.removeprefix("url(#").removesuffix(")") for value in page.values("clip-path")}
    assert linked
    assert clipped
    assert linked | clipped <= set(ids)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_in_the_words_of_users_and_entries_stays_text(hostile: str) -> None:
    reason = Reason(signal=Signal.DENSE, quote=hostile, matched=hostile, weight=0.5)
    harmless = [answer("q1", {"a": 2}, {"b": 0.9}, question="x", style="x", reasons=[REASON])]
    attack = [answer("q1", {"a": 2}, {"b": 0.9}, question=hostile, style=hostile, reasons=[reason])]

    page = page_of(attack, [answer("q1", {"a": 2}, {"a": 0.9}, question=hostile)])

    harmless_page = page_of(harmless, [answer("q1", {"a": 2}, {"a": 0.9}, question="x")])
    assert page.text.count(hostile) == harmless_page.text.count("it has stopped") * 2 + 2 + 1 + 1
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless_page.elements]


def test_markup_in_names_stays_text() -> None:
    run = run_of(ANSWERS, HOSTILE[0], HOSTILE[1])
    info = run.info.model_copy(update={"query_files": (HOSTILE[2],), "target": HOSTILE[0], "index_id": HOSTILE[1]})

    page = Page(render_report(Run(info, run.answers), {HOSTILE[0]: run_of(ANSWERS)}, run_of(ANSWERS, HOSTILE[1])))

    assert page.tags.isdisjoint({"script", "img", "b"})


def test_without_a_baseline_nothing_is_said_of_changes() -> None:
    text = page_of(ANSWERS).text

    assert "before" not in text
    assert "changed most" not in text
    assert "paired randomisation" not in text


def test_with_a_baseline_changes_are_shown() -> None:
    before = [RIGHT, answer("wrong", {"b": 2, "d": 1}, {"b": 0.6}, question="where is it?"), NOTHING]
    html = render_report(run_of(ANSWERS), {}, run_of(before, "before"))
    shown = {row[0]: row[2:] for row in cells(html) if row}

    assert shown["P@1"] == ["1.000", "-0.500", "1.000"]
    assert ["wrong where is it?", "1", "2", "b", "c"] in cells(html)


def test_equal_baseline_has_no_changed_queries() -> None:
    assert re.search(r"changed most since before\s+None\.", page_of(ANSWERS, ANSWERS).text)


def test_query_that_had_no_answer_before_is_said_to_have_had_nothing() -> None:
    before = [answer("right", {"a": 2}, {}), WRONG, NOTHING]

    html = render_report(run_of(ANSWERS), {}, run_of(before, "before"))

    assert ["right what is this?", "none", "1", "nothing", "a"] in cells(html)


@pytest.mark.parametrize(
    "answers",
    [
        [RIGHT, WRONG],
        [NOTHING],
        [RIGHT],
        [answer("q1", {"a": 2}, {})],
        [answer("q1", {}, {}, none_score=1.0)],
        [answer("q1", {"c": 2}, {"c": 0.5}), answer("q2", {}, {}, style="only unanswerable")],
    ],
    ids=["no unanswerable", "all unanswerable", "none wrong", "no answer", "nothing at all", "style without a ranking"],
)
@pytest.mark.parametrize("calibrated", [True, False], ids=["calibrated", "plain search"])
def test_page_is_whole_whatever_is_missing(answers: list[Answer], calibrated: bool) -> None:
    run = run_of(answers, calibrated=calibrated)

    page = Page(render_report(run, {"bm25": run}, run_of(answers, "before")))

    assert all(name in page.text for name in MEASURES)
    assert ("Reliability" in page.text) == calibrated
    assert {"nan", "NaN", "inf"}.isdisjoint(re.findall(r"\w+", page.text))


def test_without_styles_there_is_no_plot_of_them() -> None:
    assert "By style" in page_of(ANSWERS).text
    assert "By style" not in page_of([answer("q1", {"a": 2}, {"a": 0.5})]).text
    assert "By section" not in page_of([NOTHING]).text


def test_confusions_are_counted_and_named() -> None:
    again = answer("again", {"b": 2, "d": 1}, {"c": 0.5})
    withheld = answer("withheld", {}, {"a": 0.1}, none_score=0.9)

    rows = cells(render_report(run_of([*ANSWERS, again, withheld]), {}))

    assert ["2", "c", "b", "wrong, again"] in rows
    assert ["1", "a", "nothing", "nothing"] in rows, "an answer below 'none of these' confuses nobody"


def test_run_without_wrong_answers_has_no_confusions_and_no_worst_queries() -> None:
    text = page_of([RIGHT]).text

    assert re.search(r"instead of what\s+None\.", text)
    assert re.search(r"surest wrong first answers\s+None\.", text)


def test_worst_queries_are_the_surest_wrong_ones_with_their_reasons() -> None:
    wrong = [answer(f"w{number:02}", {"a": 2}, {"b": number / 100}) for number in range(WORST + 5)]
    page = render_report(run_of([*ANSWERS, *wrong]), {})

    listed = re.findall(r'<summary><span class="id">(\S+)</span>', page)
    assert listed[:3] == ["wrong", "nothing", f"w{WORST + 4}"]
    assert len(listed) == WORST
    assert ["lexical", "+1.23", "“it has stopped”", "mail stopped overnight"] in cells(page)


def test_lists_of_a_page_are_bounded() -> None:
    everywhere = [answer(f"q{n}", {"a": 2}, {f"entry-{n}": 0.5}) for n in range(CONFUSIONS + 30)]
    text = page_of(everywhere, [answer(f"q{n}", {"a": 2}, {"a": 0.5}) for n in range(CONFUSIONS + 30)]).text

    assert text.count("entry-") == CONFUSIONS + WORST + WORST


def test_systems_that_answered_other_queries_are_refused() -> None:
    with pytest.raises(OtherQueries, match=r"'now' and 'before'.*: right, wrong"):
        page_of(ANSWERS, [NOTHING])
    with pytest.raises(OtherQueries, match=r"'now' and 'bm25'.*: wrong"):
        page_of(ANSWERS, bm25=[RIGHT, NOTHING])
