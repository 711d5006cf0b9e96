"""The `causeway` command: mounts the command line of every room."""

import sys

import typer

from api.cli import serve
from api.data_cli import app as data_app
from api.mcp.cli import mcp
from api.security.cli import keys_app
from bot.cli import bot
from eval.cli import app as eval_app
from indexer.cli import encoder_app, index_app
from kb.cli import app as kb_app
from retrieval.cli import ask

LIBRARIES_OF_EXTRAS = {
    "serve": (
        "alembic",
        "bm25s",
        "cel",
        "faiss",
        "fastapi",
        "httptools",
        "jinja2",
        "limits",
        "numpy",
        "onnxruntime",
        "prometheus_client",
        "publicsuffixlist",
        "pythonjsonlogger",
        "re2",
        "sqlalchemy",
        "tokenizers",
        "tree_sitter",
        "tree_sitter_go",
        "tree_sitter_python",
        "tree_sitter_typescript",
        "uvicorn",
    ),
    "mcp": ("mcp",),
    "eval": ("ir_measures", "matplotlib", "scipy"),
}
"""What commands import without saying themselves which extra brings it."""

app = typer.Typer(
    help="From a symptom to its likely causes and their fixes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(ask)
app.command()(serve)
app.command()(mcp)
app.command()(bot)
app.add_typer(keys_app, name="keys")
app.add_typer(kb_app, name="kb")
app.add_typer(index_app, name="index")
app.add_typer(encoder_app, name="encoder")
app.add_typer(eval_app, name="eval")
app.add_typer(data_app, name="data")


def main() -> None:
    """Run the command; a known failure is one message and exit code 1, not a trace."""
    try:
        app()
    except Exception as error:
        if isinstance(error, _known_failures()):
            message = str(error)
        elif explanation := _invalid_settings(error) or _missing_library(error):
            message = explanation
        else:
            raise
        typer.echo(f"causeway: {message}", err=True)
        sys.exit(1)


def _invalid_settings(error: Exception) -> str | None:
    """All settings that are wrong, by the names of their environment variables; None for another kind of error."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError) or not error.title.endswith("Settings"):
        return None
    return "; ".join(f"CAUSEWAY_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())


def _missing_library(error: Exception) -> str | None:
    """Which extra brings a library that isn't installed; None for another kind of error."""
    if not isinstance(error, ModuleNotFoundError):
        return None
    library = str(error.name).partition(".")[0]
    extra = next((extra for extra, libraries in LIBRARIES_OF_EXTRAS.items() if library in libraries), None)
    return extra and f"this command needs {library}: pip install 'causeway[{extra}]'"


def _known_failures() -> tuple[type[Exception], ...]:
    # Imported only now: `causeway --help` should not load what it doesn't need.
    from api.errors import ServiceError
    from api.store.errors import StoreError
    from bot.errors import BotError
    from eval.errors import EvalError
    from indexer.errors import IndexerError
    from kb.errors import KnowledgeBaseError
    from retrieval.errors import RetrievalError

    return KnowledgeBaseError, IndexerError, RetrievalError, StoreError, ServiceError, EvalError, BotError


if __name__ == "__main__":
    main()
