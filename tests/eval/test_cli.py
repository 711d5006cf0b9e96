import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import eval.cli
import eval.gate
from api.app import create_app
from api.settings import ApiSettings
from eval.cli import app
from eval.errors import (
    InvalidLabel,
    InvalidQueries,
    NoBaseline,
    NoRun,
    NotConfirmable,
    OccupiedFolder,
    OtherIndex,
    OtherQueries,
    TooFewReports,
)
from eval.gate import read_baseline
from eval.measures import MEASURES, RANKING_MEASURES, Summary
from eval.query_sets import read_queries
from indexer.build import build_index
from indexer.encoders import Encoder
from indexer.errors import NoIndex
from kb import KnowledgeBase, load_knowledge_base
from retrieval import Diagnoser
from retrieval.ranking import read_ranker
from tests.command import causeway
from tests.page import Page
from tests.serving import serving

QUERY = {"id": "q1", "question": "mail stopped overnight", "labels": {"disk-full-stops-queue": 2}}
UNANSWERABLE = {"id": "q2", "question": "which colour goes well with green?", "labels": {}}
UNREADABLE = {"id": "q3", "question": "😀", "labels": {}}
RUN_FILES = {"run.json", "summary.json", "answers.jsonl", "run.trec", "qrels.trec"}


def write(path: Path, *objects: object) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in objects), encoding="utf-8")
    return path


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    return write(tmp_path / "queries.jsonl", QUERY, UNANSWERABLE, UNREADABLE)


@pytest.fixture
def served_index(small_index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
    return small_index_dir


@pytest.fixture
def kb_files(small_kb_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge base that commands may change."""
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    return small_kb_dir


@pytest.fixture
def own_kb(kb_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge base that commands may change, with an index folder of its own."""
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(tmp_path / "index"))
    return kb_files


@pytest.fixture
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAUSEWAY_RUNS_DIR", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield url


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def succeed(*arguments: object) -> str:
    """Standard output of a command that must succeed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.stdout


def fail(error: type[Exception], *arguments: object) -> str:
    """Message of a command that must fail so."""
    result = run(*arguments)
    assert isinstance(result.exception, error), result.exception
    assert result.stdout == ""
    return str(result.exception)


def row(printed: str, first: str) -> list[str]:
    return next(line.split() for line in printed.splitlines() if line.startswith(f"{first} "))


@pytest.mark.usefixtures("served_index")
def test_run_prints_each_measure_beside_those_of_plain_searches(queries: Path) -> None:
    printed = succeed("run", "--queries", queries)

    assert printed.splitlines()[0].split() == ["measure", "latest,", "95", "%", "interval", "dense", "bm25", "rrf"]
    assert row(printed, "P@1") == ["P@1", "1.000", "1.000", "to", "1.000", "1.000", "1.000", "1.000"]
    assert row(printed, "Brier")[-3:] == ["·", "·", "·"]
    assert all(row(printed, name) for name in MEASURES)
    assert row(printed, "unanswerable")[1] == "2"
    assert printed.splitlines()[-1].startswith("3 queries; an answer takes ")


@pytest.mark.usefixtures("served_index")
def test_run_prints_json_for_programs(queries: Path) -> None:
    summary = Summary.model_validate_json(succeed("run", "--queries", queries, "--json"))

    everything = summary.groups[0]
    assert (everything.name, everything.queries) == ("all", 3)
    assert {str(name): everything.measures[str(name)].value for name in RANKING_MEASURES} == {
        str(name): 1.0 for name in RANKING_MEASURES
    }


@pytest.mark.usefixtures("served_index")
def test_run_prints_json_even_if_nothing_can_be_measured(tmp_path: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    printed = succeed("run", "--queries", write(tmp_path / "none.jsonl", UNANSWERABLE), "--json")

    assert json.loads(printed, parse_constant=refuse)["groups"][0]["measures"]["P@1"]["value"] is None


@pytest.mark.usefixtures("served_index")
def test_run_is_kept_with_the_plain_searches_beside_it(queries: Path, runs_dir: Path) -> None:
    result = run("run", "--queries", queries, "--name", "mine")

    assert result.stderr.strip() == f"kept in {runs_dir / 'mine'}"
    assert {path.name for path in (runs_dir / "mine").iterdir()} == {*RUN_FILES, "dense", "bm25", "rrf"}
    assert {path.name for path in (runs_dir / "mine" / "bm25").iterdir()} == RUN_FILES


@pytest.mark.usefixtures("served_index")
def test_run_of_a_running_api_gives_the_same_measures_and_no_plain_searches(
    queries: Path, api_url: str, runs_dir: Path
) -> None:
    in_process = Summary.model_validate_json(succeed("run", "--queries", queries, "--json"))
    over_http = Summary.model_validate_json(succeed("run", "--queries", queries, "--api", api_url, "--json"))

    assert over_http.groups == in_process.groups
    assert over_http.voices == in_process.voices
    assert {path.name for path in (runs_dir / "latest").iterdir()} == RUN_FILES, "it replaced the run in process"


def test_run_of_an_api_needs_no_index_here(queries: Path, api_url: str, tmp_path: Path) -> None:
    succeed("run", "--queries", queries, "--api", api_url)

    assert not (tmp_path / "data" / "index").exists()


@pytest.mark.usefixtures("served_index")
@pytest.mark.parametrize("option", [["--queries"], []], ids=["option repeated", "further argument"])
def test_run_reads_several_files(queries: Path, tmp_path: Path, option: list[str]) -> None:
    other = write(tmp_path / "other.jsonl", {**QUERY, "id": "q4"})

    printed = succeed("run", "--queries", queries, *option, other)

    assert (row(printed, "answerable")[1], row(printed, "unanswerable")[1]) == ("2", "2")


@pytest.mark.usefixtures("served_index")
@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ({**QUERY, "labels": {"moon-full": 2}, "id": "q2"}, "unknown entry 'moon-full' in labels"),
        (QUERY, "query id 'q1' is used twice"),
    ],
)
def test_run_names_what_is_wrong_with_the_queries(second: object, problem: str, tmp_path: Path, runs_dir: Path) -> None:
    path = write(tmp_path / "bad.jsonl", QUERY, second)

    assert fail(InvalidQueries, "run", "--queries", path) == f"{path}:2: {problem}"
    assert not runs_dir.exists()


@pytest.mark.parametrize("name", ["", ".", "..", "../thesis", "latest/bm25", "/home"])
def test_run_whose_name_is_no_folder_name_is_refused(name: str, queries: Path, runs_dir: Path) -> None:
    result = run("run", "--queries", queries, "--name", name)

    assert result.exit_code == 2
    assert "can't name a folder" in result.output
    assert not runs_dir.exists()


def test_run_never_replaces_what_is_no_run(queries: Path, runs_dir: Path) -> None:
    (runs_dir / "thesis").mkdir(parents=True)

    assert "choose another --name" in fail(OccupiedFolder, "run", "--queries", queries, "--name", "thesis")


@pytest.mark.usefixtures("served_index")
def test_run_of_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.jsonl")

    assert fail(InvalidQueries, "run", "--queries", path) == f"{path}:1: there is no query in this file"


@pytest.mark.usefixtures("served_index")
def test_compare_prints_measures_and_the_queries_that_moved(queries: Path) -> None:
    succeed("run", "--queries", queries)

    printed = succeed("compare", "latest/bm25", "latest")

    assert row(printed, "measure") == ["measure", "latest/bm25", "latest", "change", "p"]
    assert row(printed, "P@1") == ["P@1", "1.000", "1.000", "+0.000", "1.0000"]
    assert "0 queries changed" in printed.splitlines()


@pytest.mark.usefixtures("served_index")
def test_compare_prints_json_for_programs(queries: Path) -> None:
    succeed("run", "--queries", queries)

    compared = json.loads(succeed("compare", "latest", "latest", "--json"))

    assert [difference["measure"] for difference in compared["differences"]] == list(MEASURES)
    assert compared["changes"] == []


@pytest.mark.usefixtures("served_index")
def test_compare_refuses_runs_of_other_queries_and_names_some(queries: Path, tmp_path: Path) -> None:
    succeed("run", "--queries", queries)
    succeed("run", "--queries", write(tmp_path / "other.jsonl", QUERY), "--name", "other")

    assert "'latest' and 'other' answered different queries" in (
        message := fail(OtherQueries, "compare", "latest", "other")
    )
    assert "(2: q2, q3)" in message


@pytest.mark.usefixtures("served_index")
def test_compare_with_a_run_that_is_not_there_lists_those_that_are(queries: Path) -> None:
    succeed("run", "--queries", queries)

    assert "there are latest;" in fail(NoRun, "compare", "latest", "lates")


@pytest.mark.usefixtures("served_index")
def test_report_writes_a_page_into_the_folder_of_the_run(queries: Path, runs_dir: Path) -> None:
    succeed("run", "--queries", queries)
    succeed("run", "--queries", queries, "--name", "older")

    assert succeed("report", "--baseline", "older") == f"{runs_dir / 'latest' / 'report.html'}\n"

    text = Page((runs_dir / "latest" / "report.html").read_text(encoding="utf-8")).text
    assert all(words in text for words in ("Evaluation of latest", "bm25", "rrf", "changed most since older"))


@pytest.mark.usefixtures("served_index", "runs_dir")
def test_report_of_a_named_run_goes_where_it_is_told(queries: Path, tmp_path: Path) -> None:
    succeed("run", "--queries", queries, "--name", "mine")

    assert succeed("report", "mine/bm25", "--to", tmp_path / "page.html") == f"{tmp_path / 'page.html'}\n"
    assert "Evaluation of mine/bm25" in Page((tmp_path / "page.html").read_text(encoding="utf-8")).text


@pytest.mark.usefixtures("served_index", "kb_files")
def test_dialogues_are_held_about_a_run_and_become_part_of_its_report(runs_dir: Path, tmp_path: Path) -> None:
    torn = {
        "id": "torn",
        "question": "mail stopped overnight, messages wait in the queue",
        "labels": {"port-25-blocked-by-provider": 2},
    }
    succeed("run", "--queries", write(tmp_path / "torn.jsonl", torn, UNANSWERABLE))

    printed = succeed("dialogue")

    assert row(printed, "all")[:3] == ["all", "1", "0.000"]
    assert "questions asked about a query that nothing answers" in printed
    assert (runs_dir / "latest" / "dialogues.jsonl").exists()
    succeed("report")
    page = Page((runs_dir / "latest" / "report.html").read_text(encoding="utf-8"))
    assert "What a question is worth" in page.text


@pytest.mark.usefixtures("served_index", "kb_files", "runs_dir")
def test_dialogues_over_http_are_those_in_process(queries: Path, api_url: str) -> None:
    succeed("run", "--queries", queries)

    assert succeed("dialogue", "--json", "--api", api_url) == succeed("dialogue", "--json")


@pytest.mark.usefixtures("served_index", "kb_files", "runs_dir")
def test_dialogues_about_nothing_but_the_unanswerable_have_no_groups(tmp_path: Path) -> None:
    succeed("run", "--queries", write(tmp_path / "none.jsonl", UNANSWERABLE))

    assert json.loads(succeed("dialogue", "--json"))["groups"] == []
    assert "questions asked about a query that nothing answers" in succeed("dialogue")


@pytest.mark.usefixtures("served_index", "kb_files")
def test_dialogues_about_a_run_of_another_index_are_refused(runs_dir: Path, queries: Path) -> None:
    succeed("run", "--queries", queries)
    info = runs_dir / "latest" / "run.json"
    info.write_text(re.sub(r'"index_id": "[^"]+"', '"index_id": "older"', info.read_text()))

    assert fail(OtherIndex, "dialogue").startswith("the run 'latest' was answered from index older, and this is ")


def test_dialogues_without_a_run_say_how_to_make_one() -> None:
    assert fail(NoRun, "dialogue").endswith("there is none yet; `causeway eval run` makes one")


def test_report_without_a_run_says_how_to_make_one() -> None:
    assert fail(NoRun, "report").endswith("there is none yet; `causeway eval run` makes one")


@pytest.fixture
def committed(small_kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Committed queries about each symptom of the small knowledge base, and where their baseline is kept."""
    answerable = [
        {"id": f"{entry.id}-{number}", "question": symptom, "labels": {entry.id: 2}}
        for entry in small_kb.entries.values()
        for number, symptom in enumerate(entry.symptoms)
    ]
    path = write(tmp_path / "committed.jsonl", *answerable, UNANSWERABLE, UNREADABLE)
    monkeypatch.setattr(eval.cli, "QUERY_FILES", [path])
    monkeypatch.setattr(eval.gate, "BASELINE", tmp_path / "baseline.json")
    return tmp_path / "baseline.json"


@pytest.mark.usefixtures("served_index")
def test_gate_passes_when_nothing_changed(committed: Path) -> None:
    assert succeed("baseline") == f"{committed}\n"
    assert len(read_baseline(committed).judgements) == 26

    result = run("gate")

    assert result.exit_code == 0
    assert result.stderr.strip() == "nothing got worse by more than noise"
    assert row(result.stdout, "measure") == ["measure", "baseline", "now", "change", "p"]


def test_gate_refuses_an_index_that_answers_worse(
    committed: Path, own_kb: Path, tmp_path: Path, encoder: Encoder
) -> None:
    build_index(load_knowledge_base(own_kb), encoder, tmp_path / "index")
    succeed("baseline")
    for path in own_kb.glob("entries/*/*.yaml"):
        text = path.read_text(encoding="utf-8")
        described = text[text.index("symptoms:") : text.index("errors:")]
        vague = "".join(f"  - It does not work, case {number} of {path.stem[:4]}\n" for number in range(6))
        path.write_text(text.replace(described, f"symptoms:\n{vague}"), encoding="utf-8")
    build_index(load_knowledge_base(own_kb), encoder, tmp_path / "index")

    result = run("gate")

    assert result.exit_code == 1
    assert re.search(r"^P@1 got worse by more than noise: 1\.000 to 0\.\d{3} \(p = 0\.0", result.stderr, re.MULTILINE)
    assert "nothing got worse" not in result.stderr


@pytest.mark.usefixtures("served_index", "committed")
def test_gate_prints_json_for_programs() -> None:
    succeed("baseline")

    assert [each["measure"] for each in json.loads(succeed("gate", "--json"))] == list(MEASURES)


@pytest.mark.usefixtures("served_index")
def test_gate_without_a_baseline_says_how_to_make_one(committed: Path) -> None:
    assert fail(NoBaseline, "gate") == f"there is no readable baseline {committed}: `causeway eval baseline` writes it"


@pytest.mark.usefixtures("served_index")
def test_gate_refuses_a_baseline_of_other_queries(
    committed: Path, queries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("baseline")
    monkeypatch.setattr(eval.cli, "QUERY_FILES", [queries])

    assert fail(OtherQueries, "gate").startswith("'baseline' and 'now' answered different queries")


@pytest.mark.usefixtures("kb_files")
def test_ablate_prints_a_row_a_variant(queries: Path, served_index: Path) -> None:
    before = sorted(served_index.iterdir())

    printed = succeed("ablate", "--queries", queries)

    assert printed.split("\n")[0].split() == ["ranking", *MEASURES]
    assert [line.split("  ")[0] for line in printed.splitlines()[1:]] == [
        "everything",
        "without dense",
        "without lexical",
        "without errors",
        "without identifiers",
        "without findings",
        "without reports",
        "as new entries",
        "without calibration",
    ]
    assert sorted(served_index.iterdir()) == before


@pytest.mark.usefixtures("kb_files", "served_index", "committed")
def test_ablate_asks_the_committed_queries_and_prints_json_for_programs() -> None:
    summaries = [Summary.model_validate(each) for each in json.loads(succeed("ablate", "--json"))]

    assert {summary.groups[0].queries for summary in summaries} == {26}
    assert summaries[0].name == "everything"


@pytest.mark.usefixtures("kb_files", "served_index")
def test_lint_reports_leaked_queries_by_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", UNANSWERABLE, {**QUERY, "question": "Mail has stopped overnight"})

    result = run("lint", path)

    assert result.exit_code == 1
    assert result.stdout == f"{path}:2: query 'q1' says the same as a symptom of disk-full-stops-queue\n"


@pytest.mark.usefixtures("kb_files", "served_index")
def test_lint_of_queries_that_did_not_leak_has_no_problems(tmp_path: Path) -> None:
    result = run("lint", write(tmp_path / "q.jsonl", UNANSWERABLE, UNREADABLE))

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no problems\n")


@pytest.mark.usefixtures("kb_files", "served_index", "committed")
def test_lint_reads_the_committed_queries() -> None:
    result = run("lint")

    assert result.exit_code == 1
    assert "query 'disk-full-stops-queue-0' says the same as a symptom of disk-full-stops-queue" in result.stdout


@pytest.mark.usefixtures("own_kb")
def test_lint_needs_an_index(queries: Path) -> None:
    fail(NoIndex, "lint", queries)


@pytest.fixture
def feedback(tmp_path: Path) -> Path:
    word = {
        "diagnosis_id": "d1",
        "symptom": "mail stopped",
        "entry_id": "disk-full-stops-queue",
        "verdict": "solved",
        "created_at": "2026-01-02T03:04:05Z",
    }
    wrong = {**word, "diagnosis_id": "d2", "symptom": "how are you?", "verdict": "wrong"}
    return write(
        tmp_path / "feedback.jsonl", word, {**word, "entry_id": "password-hash-outdated", "verdict": "not_it"}, wrong
    )


def test_candidates_are_listed(feedback: Path) -> None:
    printed = succeed("candidates", "--feedback", feedback)

    assert row(printed, "d1") == ["d1", "mail", "stopped", "disk-full-stops-queue", "password-hash-outdated"]
    assert row(printed, "d2") == ["d2", "how", "are", "you?", "disk-full-stops-queue"]


def test_candidates_are_printed_as_json_for_programs(feedback: Path) -> None:
    assert json.loads(succeed("candidates", "--feedback", feedback, "--json"))[1] == {
        "id": "d2",
        "question": "how are you?",
        "solved_by": [],
        "not_it": ["disk-full-stops-queue"],
    }


@pytest.mark.usefixtures("own_kb")
@pytest.mark.parametrize(
    ("candidate", "options", "labels"),
    [
        ("d1", [], {"disk-full-stops-queue": 2}),
        ("d1", ["--label", "password-hash-outdated=1"], {"password-hash-outdated": 1}),
        ("d2", ["--nothing"], {}),
    ],
    ids=["what solved it", "other labels", "nothing"],
)
def test_confirm_adds_a_candidate_to_a_query_file(
    candidate: str, options: list[str], labels: dict[str, int], feedback: Path, tmp_path: Path, small_kb: KnowledgeBase
) -> None:
    to = tmp_path / "new.jsonl"

    printed = succeed("confirm", candidate, "--feedback", feedback, "--to", to, *options)

    assert to.read_text(encoding="utf-8") == printed
    (query,) = read_queries([to], small_kb.entries.keys())
    assert (query.id, query.labels, query.style) == (candidate, labels, "feedback")


@pytest.mark.usefixtures("own_kb")
def test_confirm_twice_is_refused(feedback: Path, tmp_path: Path) -> None:
    arguments = ["confirm", "d1", "--feedback", feedback, "--to", tmp_path / "new.jsonl"]
    succeed(*arguments)

    assert fail(NotConfirmable, *arguments) == f"'d1' can't become a query: it is in {tmp_path / 'new.jsonl'} already"


@pytest.mark.usefixtures("own_kb")
@pytest.mark.parametrize(
    ("error", "candidate", "options"),
    [
        (NotConfirmable, "d2", []),
        (NotConfirmable, "d1", ["--label", "moon-full=2"]),
        (InvalidLabel, "d1", ["--label", "disk-full-stops-queue=3"]),
    ],
    ids=["no labels", "unknown entry", "no grade"],
)
def test_confirm_refuses_what_can_not_be_a_query(
    error: type[Exception], candidate: str, options: list[str], feedback: Path, tmp_path: Path
) -> None:
    fail(error, "confirm", candidate, "--feedback", feedback, "--to", tmp_path / "new.jsonl", *options)

    assert not (tmp_path / "new.jsonl").exists()


@pytest.mark.usefixtures("own_kb")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["d9"], "there is no candidate 'd9'"),
        (["d1", "--nothing", "--label", "disk-full-stops-queue=2"], "contradict each other"),
    ],
)
def test_confirm_tells_what_is_wrong_with_its_arguments(
    arguments: list[str], message: str, feedback: Path, tmp_path: Path
) -> None:
    result = run("confirm", *arguments, "--feedback", feedback, "--to", tmp_path / "new.jsonl")

    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "new.jsonl").exists()


@pytest.mark.usefixtures("served_index")
def test_known_failure_is_one_line_and_no_trace(queries: Path) -> None:
    result = causeway("eval", "run", "--queries", str(queries), "--api", "http://127.0.0.1:1")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("causeway: http://127.0.0.1:1 can't be reached")
    assert len(result.stderr.splitlines()) == 1


def test_fit_writes_the_same_readable_ranker_every_time(own_kb: Path, encoder: Encoder) -> None:
    result = run("fit")

    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith(f"{own_kb / 'ranker.json'}: ")
    written = (own_kb / "ranker.json").read_bytes()
    assert read_ranker(written).provenance.encoder == str(encoder.identity)

    assert run("fit").exit_code == 0
    assert (own_kb / "ranker.json").read_bytes() == written


def test_fit_without_reports_is_refused_and_writes_nothing(own_kb: Path) -> None:
    shutil.rmtree(own_kb / "reports")

    assert isinstance(run("fit").exception, TooFewReports)
    assert not (own_kb / "ranker.json").exists()
