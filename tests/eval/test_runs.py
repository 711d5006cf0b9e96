from collections.abc import Iterator
from pathlib import Path

import ir_measures
import pytest

from api.app import create_app
from api.settings import ApiSettings
from eval.errors import NoRun, OccupiedFolder, UnusableRun
from eval.measures import RANKING_MEASURES, judge, measure, summarise
from eval.query_sets import Query
from eval.runs import RANKED_CAUSES, Run, ask_queries, load_run, plain_searches, save_run
from eval.targets import Target, in_process, over_http
from indexer.artifact import Index
from retrieval import Confidence, Diagnoser, Evidence
from retrieval.diagnosis import Reason, Signal
from tests.eval.answers import answer, run_of
from tests.serving import serving

UNREADABLE = "😀"


@pytest.fixture(scope="module")
def http_target(diagnoser: Diagnoser) -> Iterator[Target]:
    """The running API over the small index."""
    with serving(create_app(diagnoser, ApiSettings())) as url, over_http(url) as target:
        yield target


@pytest.fixture(scope="module")
def queries(small_index: Index) -> list[Query]:
    """What a user says about each entry, one with evidence, one that nothing answers, and one without words."""
    about_entries = [
        Query(id=entry.id, question=entry.symptoms[1], labels={entry.id: 2}) for entry in small_index.entries.values()
    ]
    log = Evidence(name="log", text="warning: No space left on device")
    return [
        *about_entries,
        Query(id="log", question="what is this?", labels={"disk-full-stops-queue": 2}, evidence=(log,)),
        Query(id="none", question="which colour goes well with green?", labels={}),
        Query(id="unreadable", question=UNREADABLE, labels={}),
    ]


@pytest.fixture(scope="module")
def small_run(diagnoser: Diagnoser, queries: list[Query]) -> Run:
    return ask_queries(queries, in_process(diagnoser), "small", ["some.jsonl"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "latest"


def save(run: Run, folder: Path) -> None:
    save_run(run, summarise(run), folder)


def test_every_query_is_answered_in_order(small_run: Run, queries: list[Query]) -> None:
    assert [answered.query for answered in small_run.answers] == queries


def test_run_tells_what_was_asked(small_run: Run, small_index: Index) -> None:
    info = small_run.info

    assert (info.name, info.system, info.target, info.query_files) == (
        "small",
        "causeway",
        "in process",
        ("some.jsonl",),
    )
    assert (info.index_id, info.calibrated) == (small_index.manifest.id, True)
    assert info.sections == {entry.id: entry.section for entry in small_index.entries.values()}


def test_run_ranks_every_entry_of_a_small_index_with_reasons(small_run: Run, small_index: Index) -> None:
    by_id = {answered.query.id: answered for answered in small_run.answers}

    assert len(small_index.entries) <= RANKED_CAUSES
    assert {cause.entry_id for cause in by_id["none"].causes} == small_index.entries.keys()
    first = by_id["log"].causes[0]
    assert first.entry_id == "disk-full-stops-queue"
    assert Signal.FINDINGS in {reason.signal for reason in first.reasons}


def test_progress_is_told_from_none_to_all(diagnoser: Diagnoser, queries: list[Query]) -> None:
    told: list[tuple[int, int]] = []

    ask_queries(queries[:2], in_process(diagnoser), "small", progress=lambda done, total: told.append((done, total)))

    assert told == [(0, 2), (1, 2), (2, 2)]


def test_in_process_and_over_http_give_the_same_answers_and_measures(
    small_run: Run, http_target: Target, queries: list[Query]
) -> None:
    over_wire = ask_queries(queries, http_target, "small", ["some.jsonl"])

    assert [answered.model_dump(exclude={"latency_ms"}) for answered in over_wire.answers] == [
        answered.model_dump(exclude={"latency_ms"}) for answered in small_run.answers
    ]
    assert measure(judge(over_wire)) == measure(judge(small_run))
    assert over_wire.info.sections == small_run.info.sections
    assert over_wire.info.index_id == small_run.info.index_id


@pytest.mark.parametrize("how", ["in process", "over HTTP"])
def test_what_can_not_be_read_counts_as_answered_by_nothing(
    how: str, diagnoser: Diagnoser, http_target: Target
) -> None:
    target = in_process(diagnoser) if how == "in process" else http_target
    labelled = Query(id="labelled", question=UNREADABLE, labels={"disk-full-stops-queue": 2})

    run = ask_queries([Query(id="none", question=UNREADABLE, labels={}), labelled], target, "unreadable")

    assert [(each.causes, each.none_score, each.confidence) for each in run.answers] == [
        ((), 1.0, Confidence.UNSURE)
    ] * 2
    measures = measure(judge(run))
    assert (measures["P@1"], measures["AUROC"], measures["coverage@5%"], measures["Brier"]) == (0.0, 0.5, 0.0, 0.0)


def test_saved_run_reads_back_as_it_was(small_run: Run, folder: Path) -> None:
    save(small_run, folder)

    assert load_run(folder) == Run(small_run.info, list(small_run.answers))


def test_quotes_and_line_separators_in_texts_survive(folder: Path) -> None:
    hostile = 'one\n"two"\r\n\u2028three\x85four\x0b💥</script>'
    reason = Reason(signal=Signal.DENSE, quote=hostile, matched=hostile, weight=0.1)
    run = run_of([answer("q1", {"a": 2}, {"a": 0.1}, question=hostile, reasons=[reason])])
    save(run, folder)

    assert load_run(folder).answers == run.answers


def test_trec_tools_read_the_same_measures_from_the_files(small_run: Run, folder: Path) -> None:
    right_second = answer("second", {"a": 2, "c": 1}, {"b": 0.3, "a": 0.3, "c": 0.2})
    run = run_of([*small_run.answers[:-3], right_second, answer("missed", {"a": 2}, {}), *small_run.answers[-3:]])
    sections = {**run.info.sections, **small_run.info.sections}
    save(Run(run.info.model_copy(update={"sections": sections}), run.answers), folder)

    qrels = list(ir_measures.read_trec_qrels(str(folder / "qrels.trec")))  # type: ignore[no-untyped-call]
    ranking = list(ir_measures.read_trec_run(str(folder / "run.trec")))  # type: ignore[no-untyped-call]

    measures = measure(judge(run))
    assert {
        str(name): value for name, value in ir_measures.calc_aggregate(RANKING_MEASURES, qrels, ranking).items()
    } == (pytest.approx({str(name): measures[str(name)] for name in RANKING_MEASURES}))
    assert measures["RR"] not in (None, 0.0, 1.0)


def test_trec_files_have_the_columns_of_trec(folder: Path) -> None:
    save(run_of([answer("q1", {"a": 2, "c": 1}, {"b": 0.3, "a": 0.3}), answer("q2", {}, {"d": 0.2})]), folder)

    assert (folder / "run.trec").read_text().splitlines() == [
        "q1 Q0 b 1 20 causeway",
        "q1 Q0 a 2 19 causeway",
        "q2 Q0 d 1 20 causeway",
    ]
    assert (folder / "qrels.trec").read_text().splitlines() == ["q1 0 a 2", "q1 0 c 1"]


def test_run_of_the_same_name_is_replaced_whole(folder: Path) -> None:
    save(run_of([answer("q1", {}, {}), answer("q2", {}, {})]), folder)
    save(run_of([answer("q1", {}, {})], system="bm25", calibrated=False), folder / "bm25")
    (folder / "report.html").write_text("of the old answers")

    save(run_of([answer("q3", {}, {})]), folder)

    assert [each.query.id for each in load_run(folder).answers] == ["q3"]
    assert {path.name for path in folder.iterdir()} == {
        "run.json",
        "summary.json",
        "answers.jsonl",
        "run.trec",
        "qrels.trec",
    }
    assert list(folder.parent.iterdir()) == [folder], "nothing is left beside it"


def test_folder_that_holds_no_run_is_not_replaced(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work")

    with pytest.raises(OccupiedFolder):
        save(run_of([answer("q1", {}, {})]), folder)

    assert (folder / "thesis.txt").exists()


def test_plain_searches_kept_with_a_run_are_read_by_their_names(folder: Path) -> None:
    save(run_of([answer("q1", {}, {})]), folder)
    for system in ("rrf", "bm25"):
        save(run_of([answer("q1", {}, {})], f"latest/{system}", system, calibrated=False), folder / system)

    assert {name: run.info.system for name, run in plain_searches(folder).items()} == {"bm25": "bm25", "rrf": "rrf"}


def test_missing_run_is_told_with_those_that_there_are(folder: Path) -> None:
    for name in ("old", "new"):
        save(run_of([answer("q1", {}, {})]), folder.with_name(name))

    with pytest.raises(NoRun) as error:
        load_run(folder)

    assert str(error.value) == f"there is no run {folder}: there are new, old; `causeway eval run` makes one"


def test_first_run_is_missed_with_the_command_that_makes_it(folder: Path) -> None:
    with pytest.raises(NoRun, match=f"^there is no run {folder}: there is none yet; `causeway eval run` makes one$"):
        load_run(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", b""),
        ("run.json", b'{"name": "of another version"}'),
        ("run.json", b"\xff\xfe"),
        ("answers.jsonl", None),
        ("answers.jsonl", b'{"query": {"id": "q1"'),
        ("answers.jsonl", b"\xff\xfe"),
        ("answers.jsonl", b""),
    ],
)
def test_damaged_run_is_told(name: str, content: bytes | None, folder: Path) -> None:
    save(run_of([answer("q1", {}, {})]), folder)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)

    with pytest.raises(UnusableRun) as error:
        load_run(folder)

    assert str(error.value) == f"the run {folder} can't be read by this version: ask its queries again"
