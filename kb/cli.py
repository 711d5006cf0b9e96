"""`causeway kb`: write and check entries."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="Write and check the entries of the knowledge base.", no_args_is_help=True)


def _root() -> Path:
    from kb.settings import KnowledgeBaseSettings

    return KnowledgeBaseSettings().kb_dir


@app.command()
def lint() -> None:
    """Report every problem of every file as `file:line: message`; exit code 1 if there is any."""
    from kb.lint import installed_checks
    from kb.lint import lint as find_problems

    problems = find_problems(_root(), installed_checks())
    for problem in problems:
        typer.echo(problem)
    if problems:
        typer.echo(f"{len(problems)} problems", err=True)
        raise typer.Exit(1)
    typer.echo("no problems", err=True)


@app.command()
def schema() -> None:
    """Print the JSON Schema of an entry, for editors that complete and check YAML by it."""
    from kb.schema import Entry

    typer.echo(json.dumps(Entry.model_json_schema(), indent=2))


@app.command()
def new(
    entry_id: Annotated[str, typer.Argument(help="Words joined by hyphens that name the cause.")],
    section: Annotated[str, typer.Option(help="One of the sections in vocabulary.yaml.")],
) -> None:
    """Start an entry: writes a file to fill in, which `kb lint` checks."""
    from kb.scaffold import new_entry

    typer.echo(new_entry(_root(), section, entry_id))


@app.command()
def show(
    entry_id: str,
    as_json: Annotated[bool, typer.Option("--json", help="Print the entry as JSON.")] = False,
) -> None:
    """Print one entry the way a reader gets it."""
    from kb.loader import load_knowledge_base
    from kb.rendering import print_all, render_entry

    entry = load_knowledge_base(_root()).entry(entry_id)
    if as_json:
        typer.echo(entry.model_dump_json(indent=2))
        return
    print_all(render_entry(entry))


@app.command()
def stats(as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False) -> None:
    """Count what each section holds, and name what lacks reports or patterns."""
    from kb.loader import load_knowledge_base
    from kb.rendering import print_all
    from kb.stats import collect_statistics, render_statistics

    knowledge_base = load_knowledge_base(_root())
    statistics = collect_statistics(knowledge_base)
    if as_json:
        typer.echo(statistics.model_dump_json(indent=2))
        return
    print_all(render_statistics(statistics, knowledge_base.vocabulary))


@app.command()
def export(
    form: Annotated[
        Literal["jsonl", "md"], typer.Option("--format", help="JSON lines for programs, or Markdown pages for readers.")
    ],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder, or an earlier export to replace.")],
) -> None:
    """Write all entries into a folder, as JSON lines or as linked Markdown pages."""
    from kb.export import json_lines, markdown_pages, write_export
    from kb.loader import load_knowledge_base

    files = {"jsonl": json_lines, "md": markdown_pages}[form](load_knowledge_base(_root()))
    write_export(files, to)
    typer.echo(f"wrote {len(files)} files to {to}", err=True)


@app.command()
def links(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    timeout_seconds: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="How long to wait for an answer.")
    ] = 10,
) -> None:
    """Check every link over the network; exit code 1 if a page or an anchor is gone."""
    from kb.link_check import check_links
    from kb.loader import load_knowledge_base

    report = check_links(load_knowledge_base(_root()), timeout_seconds)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        for link in report.troubled:
            typer.echo(link)
    typer.echo(report, err=True)
    if report.failed:
        raise typer.Exit(1)
