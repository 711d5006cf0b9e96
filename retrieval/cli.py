"""`causeway ask`: a question in the terminal."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def ask(
    symptom: Annotated[
        str | None, typer.Argument(help="What you see, in your words; read from standard input if left out or '-'.")
    ] = None,
    evidence: Annotated[
        list[Path] | None,
        typer.Option("--evidence", "-e", exists=True, dir_okay=False, help="A log, headers or a config; repeatable."),
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option(help="FINDING=yes, no or unknown: the answer to a question; repeatable.")
    ] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask me the questions that tell the causes apart.")
    ] = False,
    top: Annotated[int, typer.Option(min=1, max=20, help="How many causes to show.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the diagnosis as JSON.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print only which signal lifted which entry, as a table.")
    ] = False,
) -> None:
    """Ask for the likely causes of a symptom and their fixes."""
    from pydantic import ValidationError
    from rich.console import Console

    from indexer import open_index
    from kb.rendering import print_all
    from retrieval.conversation import converse
    from retrieval.diagnoser import Diagnoser
    from retrieval.diagnosis import DiagnosisRequest
    from retrieval.rendering import render_diagnosis, render_signals

    if interactive and not sys.stdin.isatty():
        raise typer.BadParameter(
            "--interactive asks you questions, and standard input is no terminal: give answers with --answer instead"
        )
    try:
        request = DiagnosisRequest.model_validate(
            {
                "symptom": _read_standard_input() if symptom in (None, "-") else symptom,
                "evidence": [{"name": path.name, "text": path.read_text(errors="replace")} for path in evidence or ()],
                "answers": dict(_answer(text) for text in answer or ()),
                "top_k": top,
            }
        )
    except ValidationError as error:
        messages = "; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors())
        raise typer.BadParameter(messages) from error
    diagnoser = Diagnoser(open_index())
    diagnosis = converse(diagnoser, request, Console(stderr=True)) if interactive else diagnoser.diagnose(request)
    if as_json:
        typer.echo(diagnosis.model_dump_json(indent=2))
    elif explain:
        print_all(render_signals(diagnosis))
    else:
        print_all(render_diagnosis(diagnosis))


def _read_standard_input() -> str:
    if sys.stdin.isatty():
        raise typer.BadParameter('say what you see, as in: causeway ask "login works, but a reload logs me out"')
    return sys.stdin.buffer.read().decode(errors="replace")


def _answer(text: str) -> tuple[str, str]:
    finding_id, _, value = text.partition("=")
    return finding_id, value
