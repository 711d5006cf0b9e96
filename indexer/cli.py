"""`causeway index` and `causeway encoder`: build what is searched, and what it is searched with."""

from pathlib import Path
from typing import Annotated

import typer

index_app = typer.Typer(help="Build, list, verify and switch indexes.", no_args_is_help=True)
encoder_app = typer.Typer(help="Make encoders.", no_args_is_help=True)


@index_app.command()
def build() -> None:
    """Build an index from the knowledge base and serve it from now on."""
    from rich.console import Console
    from rich.progress import Progress, TimeElapsedColumn

    from indexer.build import build_index
    from indexer.encoders import load_encoder
    from indexer.settings import IndexSettings
    from kb.loader import load_knowledge_base
    from kb.settings import KnowledgeBaseSettings

    settings = IndexSettings()
    knowledge_base = load_knowledge_base(KnowledgeBaseSettings().kb_dir)
    encoder = load_encoder(settings.encoder)
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("Encoding chunks", total=None)
        result = build_index(
            knowledge_base,
            encoder,
            settings.index_dir,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    counts = result.manifest.counts
    what = "already published, nothing changed" if result.unchanged else f"published ({result.encoded_chunks} encoded)"
    typer.echo(f"{result.manifest.id}: {counts.entries} entries, {counts.chunks} chunks, {what}")


@index_app.command(name="list")
def list_builds(as_json: Annotated[bool, typer.Option("--json", help="One manifest a line.")] = False) -> None:
    """List the builds, newest first; the one that is served is marked."""
    from indexer.publication import current_id
    from indexer.publication import list_builds as find_builds
    from indexer.settings import IndexSettings

    root = IndexSettings().index_dir
    builds = find_builds(root)
    current = current_id(root)
    for manifest in builds:
        if as_json:
            typer.echo(manifest.model_dump_json())
            continue
        mark = "*" if manifest.id == current else " "
        counts = manifest.counts
        typer.echo(
            f"{mark} {manifest.id}  {manifest.built_at:%Y-%m-%d %H:%M} UTC  {counts.entries} entries, "
            f"{counts.chunks} chunks, {manifest.encoder}"
        )


@index_app.command()
def show(
    build_id: Annotated[str | None, typer.Argument(help="A build; the one that is served if left out.")] = None,
) -> None:
    """Print the manifest of a build as JSON."""
    from indexer.manifest import read_manifest

    typer.echo(read_manifest(_chosen(build_id)).model_dump_json(indent=2))


@index_app.command()
def verify(
    build_id: Annotated[str | None, typer.Argument(help="A build; the one that is served if left out.")] = None,
) -> None:
    """Load a build as the service would: checksums, format and encoder must be right."""
    from indexer.artifact import load_index
    from indexer.encoders import load_encoder
    from indexer.settings import IndexSettings

    folder = _chosen(build_id)
    load_index(folder, load_encoder(IndexSettings().encoder))
    typer.echo(f"{folder.name} is complete and fits this version")


@index_app.command()
def rollback() -> None:
    """Serve the build before the current one again."""
    from indexer.publication import rollback as switch_back
    from indexer.settings import IndexSettings

    typer.echo(f"serving {switch_back(IndexSettings().index_dir).id}")


@encoder_app.command()
def export(
    model: Annotated[str, typer.Argument(help="Folder or hub name of a sentence-transformers model.")],
    to: Annotated[Path, typer.Option(help="Folder to write; its name becomes the encoder's.")],
    source: Annotated[str, typer.Option(help="Where the weights come from, for the model card.")],
    licence: Annotated[str, typer.Option(help="Their licence, for the model card.")],
) -> None:
    """Export a model to ONNX int8 and prove that it ranks as the original does (extra `train`)."""
    from indexer.chunks import chunk_knowledge_base
    from indexer.errors import EncoderError
    from kb.loader import load_knowledge_base
    from kb.settings import KnowledgeBaseSettings

    try:
        from indexer.encoders.export import ModelOrigin, export_encoder
    except ImportError as error:
        raise EncoderError(
            f"exporting needs {error.name}, of the extra train: pip install 'causeway[train]'"
        ) from error
    chunks = chunk_knowledge_base(load_knowledge_base(KnowledgeBaseSettings().kb_dir))
    parity = export_encoder(model, to, ModelOrigin(source=source, licence=licence), chunks)
    typer.echo(
        f"{to}: mean cosine {parity.mean_cosine}, least {parity.least_cosine}, "
        f"right top entry for {parity.right_top_entry:.1%} of {parity.texts} chunks "
        f"({parity.right_top_entry_of_original:.1%} with the original)"
    )


@encoder_app.command()
def distil(
    model: Annotated[str, typer.Argument(help="Folder or hub name of a sentence-transformers model of BERT's kind.")],
    to: Annotated[Path, typer.Option(help="Folder to write; then export it.")],
    layers: Annotated[int, typer.Option(min=1, help="How many of its layers to keep.")] = 3,
) -> None:
    """Teach a model of fewer layers to encode as this one does; about 40 minutes on two cores (extra `train`)."""
    from rich.console import Console
    from rich.progress import Progress, TimeElapsedColumn

    from indexer.chunks import chunk_knowledge_base
    from indexer.encoders.developer_prose import read_prose
    from indexer.errors import EncoderError
    from kb.loader import load_knowledge_base
    from kb.settings import KnowledgeBaseSettings

    try:
        from indexer.encoders.distil import STEPS
        from indexer.encoders.distil import distil as teach
    except ImportError as error:
        raise EncoderError(
            f"distilling needs {error.name}, of the extra train: pip install 'causeway[train]'"
        ) from error
    own_texts = [chunk.text for chunk in chunk_knowledge_base(load_knowledge_base(KnowledgeBaseSettings().kb_dir))]
    cosine_column = "mean cosine {task.fields[cosine]:.3f}"
    with Progress(
        *Progress.get_default_columns(), TimeElapsedColumn(), cosine_column, console=Console(stderr=True)
    ) as progress:
        task = progress.add_task("Distilling", total=STEPS, cosine=0.0)
        teach(
            model,
            layers,
            to,
            own_texts,
            read_prose(),
            lambda steps, cosine: progress.update(task, completed=steps, cosine=cosine),
        )
    typer.echo(f"{to}: {layers} layers; export it with `causeway encoder export {to}`")


def _chosen(build_id: str | None) -> Path:
    from indexer.publication import build_folder, current_build
    from indexer.settings import IndexSettings

    root = IndexSettings().index_dir
    return build_folder(root, build_id) if build_id else current_build(root)
