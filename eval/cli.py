"""`causeway eval`: measure answers, compare them, and fit the ranking."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eval.feedback import Candidate
    from eval.runs import Run
    from eval.targets import Target
    from indexer.artifact import Index

app = typer.Typer(help="Measure answers, compare them, and fit the ranking.", no_args_is_help=True)

CHANGES_SHOWN = 10
QUERY_FILES = sorted((Path(__file__).parent / "queries").glob("*.jsonl"))

AsJson = Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")]
RunName = Annotated[str, typer.Argument(help="Name of a run; of a plain search beside it, as in `latest/bm25`.")]
FeedbackFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="Feedback as JSON lines, as the store exports it.")
]


def _folder_name(name: str) -> str:
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise typer.BadParameter(f"'{name}' can't name a folder: use letters, digits, dots, hyphens and underscores")
    return name


@app.command()
def run(
    queries: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="A query file; repeatable.")],
    more: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, metavar="[FILE]...", help="More query files.")
    ] = None,
    api: Annotated[str | None, typer.Option(help="Base URL of a running API; asked in process if left out.")] = None,
    name: Annotated[
        str, typer.Option(callback=_folder_name, help="Of the run; replaces an earlier one of that name.")
    ] = "latest",
    as_json: AsJson = False,
) -> None:
    """Ask every query, keep the answers, and print the measures; in process, plain searches answer them as well."""
    from eval.baselines import run_baselines
    from eval.measures import summarise
    from eval.query_sets import read_queries
    from eval.rendering import render_summary
    from eval.runs import ask_queries, require_replaceable, save_run
    from eval.settings import EvalSettings
    from kb.rendering import print_all

    folder = EvalSettings().runs_dir / name
    require_replaceable(folder)
    files = [*queries, *(more or ())]
    with _target(api) as (target, index):
        asked = read_queries(files, target.sections)
        with _progress("Asking") as show:
            answered = ask_queries(asked, target, name, [path.name for path in files], show)
    others = run_baselines(asked, index, answered.info) if index else {}
    summary = summarise(answered)
    save_run(answered, summary, folder)
    for system, other in others.items():
        save_run(other, summarise(other), folder / system)
    if as_json:
        typer.echo(summary.model_dump_json(indent=2))
        return
    print_all(render_summary(summary, {system: summarise(other) for system, other in others.items()}))
    typer.echo(f"kept in {folder}", err=True)


@app.command()
def dialogue(
    name: Annotated[str, typer.Argument(metavar="RUN", help="Name of a run whose queries are asked.")] = "latest",
    api: Annotated[str | None, typer.Option(help="Base URL of a running API; asked in process if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let simulated users answer the follow-up questions of a run's queries: how much each question helps."""
    from eval.dialogues import hold_dialogues, save_dialogues, summarise_dialogues
    from eval.rendering import render_dialogues
    from eval.settings import EvalSettings
    from kb.loader import load_knowledge_base
    from kb.rendering import print_all
    from kb.settings import KnowledgeBaseSettings

    asked = _load(name)
    knowledge_base = load_knowledge_base(KnowledgeBaseSettings().kb_dir)
    with _target(api) as (target, _), _progress("Conversing") as show:
        dialogues = hold_dialogues(asked, target, knowledge_base, show)
    folder = EvalSettings().runs_dir / name
    save_dialogues(dialogues, folder)
    summary = summarise_dialogues(dialogues)
    if as_json:
        typer.echo(summary.model_dump_json(indent=2))
        return
    print_all(render_dialogues(summary))
    typer.echo(f"kept in {folder}", err=True)


@app.command()
def compare(first: RunName, second: RunName, as_json: AsJson = False) -> None:
    """Compare two runs of the same queries: which measures changed by more than chance, and which queries most."""
    from eval.comparison import changes, compare_runs
    from eval.rendering import changes_table, differences_table
    from kb.rendering import Unbroken, print_all

    one, other = _load(first), _load(second)
    differences, changed = compare_runs(one, other), changes(one, other)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "differences": [difference.model_dump() for difference in differences],
                    "changes": [change.model_dump() for change in changed],
                }
            )
        )
        return
    print_all([Unbroken(differences_table(differences, first, second)), "", f"{len(changed)} queries changed"])
    print_all([Unbroken(changes_table(changed[:CHANGES_SHOWN], first, second))])


@app.command()
def report(
    name: Annotated[str, typer.Argument(metavar="RUN", help="Name of a run.")] = "latest",
    baseline: Annotated[str | None, typer.Option(help="An earlier run of the same queries to compare with.")] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="Left out: report.html in the run's folder.")] = None,
) -> None:
    """Write a run as one HTML page that needs no network."""
    from eval.dialogues import load_dialogues
    from eval.report import render_report
    from eval.runs import plain_searches
    from eval.settings import EvalSettings

    folder = EvalSettings().runs_dir / name
    page = render_report(
        _load(name), plain_searches(folder), _load(baseline) if baseline else None, load_dialogues(folder)
    )
    path = to or folder / "report.html"
    path.write_text(page, encoding="utf-8")
    typer.echo(path)


@app.command()
def gate(as_json: AsJson = False) -> None:
    """Ask the committed queries and compare with the committed baseline; exit code 1 if answers got worse."""
    from eval.gate import BASELINE, compare_with_baseline, read_baseline
    from eval.rendering import differences_table
    from kb.rendering import Unbroken, print_all

    differences, fallen = compare_with_baseline(_ask_committed_queries("now"), read_baseline(BASELINE))
    if as_json:
        typer.echo(json.dumps([difference.model_dump() for difference in differences]))
    else:
        print_all([Unbroken(differences_table(differences, "baseline", "now"))])
    for difference in fallen:
        typer.echo(
            f"{difference.measure} got worse by more than noise: {difference.first:.3f} to {difference.second:.3f} "
            f"(p = {difference.p_value:.4f})",
            err=True,
        )
    if fallen:
        raise typer.Exit(1)
    typer.echo("nothing got worse by more than noise", err=True)


@app.command()
def baseline() -> None:
    """Ask the committed queries and make the answers what `eval gate` compares with."""
    from eval.gate import BASELINE, write_baseline

    write_baseline(_ask_committed_queries("baseline"), BASELINE)
    typer.echo(BASELINE)


@app.command()
def ablate(
    queries: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A query file; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit and measure the ranking without each of its signals: what each is worth."""
    from eval.ablation import ablations
    from eval.measures import summarise
    from eval.query_sets import read_queries
    from eval.rendering import ablation_table
    from indexer import open_index
    from kb.loader import load_knowledge_base
    from kb.rendering import Unbroken, print_all
    from kb.settings import KnowledgeBaseSettings

    index = open_index()
    knowledge_base = load_knowledge_base(KnowledgeBaseSettings().kb_dir)
    asked = read_queries(queries or QUERY_FILES, index.entries.keys())
    with _progress("Reading reports") as show:
        summaries = [summarise(each) for each in ablations(knowledge_base, index, asked, show)]
    if as_json:
        typer.echo(json.dumps([summary.model_dump(mode="json") for summary in summaries]))
        return
    print_all([Unbroken(ablation_table(summaries))])


@app.command()
def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, help="Left out: the committed query files."),
    ] = None,
) -> None:
    """Report queries that nearly are a phrasing or report of the knowledge base; exit code 1 if there is any."""
    from eval.leakage import leaked_queries
    from eval.query_sets import locate_queries
    from indexer.artifact import known_vectors
    from indexer.encoders import load_encoder
    from indexer.publication import current_build
    from indexer.settings import IndexSettings
    from kb.loader import load_knowledge_base
    from kb.settings import KnowledgeBaseSettings

    settings = IndexSettings()
    knowledge_base = load_knowledge_base(KnowledgeBaseSettings().kb_dir)
    located = locate_queries(files or QUERY_FILES, knowledge_base.entries.keys())
    encoder = load_encoder(settings.encoder)
    known = known_vectors(current_build(settings.index_dir), encoder)
    problems = sorted(leaked_queries(located, knowledge_base, encoder, known))
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("no problems", err=True)


@app.command()
def candidates(feedback: FeedbackFile, as_json: AsJson = False) -> None:
    """List diagnoses that users gave feedback on, as queries that a person may confirm."""
    from eval.rendering import candidates_table
    from kb.rendering import Unbroken, print_all

    found = _candidates(feedback)
    if as_json:
        typer.echo(json.dumps([candidate.model_dump() for candidate in found]))
        return
    print_all([Unbroken(candidates_table(found))])


@app.command()
def confirm(
    candidate_id: str,
    feedback: FeedbackFile,
    to: Annotated[Path, typer.Option(metavar="FILE", help="The query file that it is added to.")],
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ENTRY=1|2", help="What answers it: 2 the cause, 1 a lead; repeatable. Left out: what solved it."
        ),
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help="Nothing in the knowledge base answers it.")] = False,
) -> None:
    """Add a candidate to a query file, with what solved it or with other labels."""
    from eval.feedback import confirm as add
    from eval.feedback import read_labels
    from kb.loader import load_knowledge_base
    from kb.settings import KnowledgeBaseSettings

    candidate = next((each for each in _candidates(feedback) if each.id == candidate_id), None)
    if candidate is None:
        raise typer.BadParameter(f"there is no candidate '{candidate_id}' in {feedback}: `eval candidates` lists them")
    if nothing and label:
        raise typer.BadParameter("--nothing and --label contradict each other")
    labels = {} if nothing else read_labels(label) if label else None
    entry_ids = load_knowledge_base(KnowledgeBaseSettings().kb_dir).entries.keys()
    typer.echo(add(candidate, labels, to, entry_ids).model_dump_json(exclude_defaults=True))


@app.command()
def speed(
    model: Annotated[str, typer.Option(help="sentence-transformers model to compare with: a folder or a hub name.")],
) -> None:
    """Time warm answers against SentenceTransformer.encode with FAISS, in the same run (extra `train`)."""
    from eval.speed import compare
    from indexer import open_index
    from indexer.chunks import ChunkKind
    from retrieval.diagnoser import Diagnoser

    index = open_index()
    reports = [chunk.text for chunk in index.chunks if chunk.kind is ChunkKind.REPORT]
    questions = reports[:: max(1, len(reports) // 200)]
    comparison = compare(Diagnoser(index), model, questions)
    for name, latency in (("diagnosis", comparison.diagnosis), ("encode + FAISS", comparison.plain_search)):
        typer.echo(f"{name:15} median {latency.median_ms:6.2f} ms, 95th percentile {latency.p95_ms:6.2f} ms")
    typer.echo(f"{comparison.queries} questions; a diagnosis takes {comparison.ratio:.0%} of the plain search's time")


@app.command()
def load(
    model: Annotated[str, typer.Option(help="sentence-transformers model of the plain service: a folder or hub name.")],
    queries: Annotated[
        list[Path] | None, typer.Option(help="Whose questions to ask; repeatable. All committed ones if left out.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long each load lasts.")] = 10,
) -> None:
    """Measure the service under load, beside FastAPI with sentence-transformers and FAISS (extra `train`; Linux)."""
    from eval.query_sets import read_queries
    from eval.service_speed import measure, render
    from indexer import open_index
    from kb.rendering import print_all

    index = open_index()
    asked = read_queries(queries or QUERY_FILES, index.entries.keys())
    with _progress("Measuring"):
        speeds = measure(index, model, [query.question for query in asked], seconds)
    print_all([render(speeds)])


@app.command()
def fit() -> None:
    """Learn the ranking's weights from the knowledge base's reports and write its ranker.json."""
    from eval.fit import collect_examples, fit_ranker
    from indexer.artifact import load_index
    from indexer.build import build_index
    from indexer.encoders import load_encoder
    from indexer.publication import current_build
    from indexer.settings import IndexSettings
    from kb.loader import RANKER, load_knowledge_base
    from kb.settings import KnowledgeBaseSettings

    settings = IndexSettings()
    knowledge_base = load_knowledge_base(KnowledgeBaseSettings().kb_dir)
    encoder = load_encoder(settings.encoder)
    build_index(knowledge_base, encoder, settings.index_dir)
    index = load_index(current_build(settings.index_dir), encoder)
    with _progress("Reading reports") as show:
        examples = collect_examples(knowledge_base, index, show)
    ranker = fit_ranker(knowledge_base, index, examples)
    path = knowledge_base.root / RANKER
    path.write_text(ranker.model_dump_json(indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{path}: {json.dumps(ranker.provenance.cross_validation)}; build the index again to use it")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, moved by the function that it gives: done, of all."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def _target(api: str | None) -> "Iterator[tuple[Target, Index | None]]":
    """The API at this address; without one this process's index, which is given as well."""
    from eval.settings import EvalSettings
    from eval.targets import in_process, over_http
    from indexer import open_index
    from retrieval.diagnoser import Diagnoser

    if api:
        api_key = EvalSettings().api_key
        with over_http(api, api_key.get_secret_value() if api_key else None) as target:
            yield target, None
    else:
        index = open_index()
        yield in_process(Diagnoser(index)), index


def _load(name: str) -> "Run":
    from eval.runs import load_run
    from eval.settings import EvalSettings

    return load_run(EvalSettings().runs_dir / name)


def _ask_committed_queries(name: str) -> "Run":
    from eval.query_sets import read_queries
    from eval.runs import ask_queries

    with _target(None) as (target, _), _progress("Asking") as show:
        asked = read_queries(QUERY_FILES, target.sections)
        return ask_queries(asked, target, name, [path.name for path in QUERY_FILES], show)


def _candidates(feedback: Path) -> "list[Candidate]":
    from eval.feedback import find_candidates, read_feedback

    return find_candidates(read_feedback(feedback))
