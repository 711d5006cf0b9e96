"""`causeway eval`: measure answers, and fit the ranking."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure answers, and fit the ranking.", no_args_is_help=True)


@app.command()
def run(
    queries: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="A query file; repeatable.")],
    api: Annotated[str | None, typer.Option(help="Base URL of a running API; asked in process if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Ask every query and print the measures."""
    from eval.measures import measure
    from eval.query_sets import read_queries
    from eval.runs import answer_queries, in_process, over_http
    from indexer import open_index
    from retrieval.diagnoser import Diagnoser

    index = open_index()
    asked = read_queries(queries, index.entries.keys())
    with over_http(api) if api else nullcontext(in_process(Diagnoser(index))) as ask:
        answers = answer_queries(asked, ask)
    measures = measure(answers)
    if as_json:
        typer.echo(json.dumps({"queries": len(answers), **measures}))
        return
    typer.echo(f"{len(answers)} queries, {sum(bool(answered.query.labels) for answered in answers)} of them answerable")
    for name, value in measures.items():
        typer.echo(f"{name:10} " + ("not measurable" if value is None else f"{value:.3f}"))


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
def fit() -> None:
    """Learn the ranking's weights from the knowledge base's reports and write its ranker.json."""
    from rich.console import Console
    from rich.progress import Progress

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
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Reading reports", total=None)
        examples = collect_examples(
            knowledge_base, index, lambda done, total: progress.update(task, completed=done, total=total)
        )
        progress.update(task, description="Fitting", total=None)
        ranker = fit_ranker(knowledge_base, index, examples)
    path = knowledge_base.root / RANKER
    path.write_text(ranker.model_dump_json(indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{path}: {json.dumps(ranker.provenance.cross_validation)}; build the index again to use it")
