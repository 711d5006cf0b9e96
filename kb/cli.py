"""`causeway kb`: write and check entries."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Write and check the entries of the knowledge base.", no_args_is_help=True)


def _root() -> Path:
    from kb.settings import KnowledgeBaseSettings

    return KnowledgeBaseSettings().kb_dir


@app.command()
def lint() -> None:
    """Report every problem of every file as `file:line: message`; exit code 1 if there is any."""
    from kb.lint import lint as find_problems

    problems = find_problems(_root())
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
