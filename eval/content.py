"""Is the knowledge base good to search? What only a search can tell about its entries.

Two texts that say the same make their entries indistinguishable; an entry that its own reports don't find is described
in other words than people use. `causeway kb lint` runs this by the entry point `causeway.kb_lint`.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from eval.fit import Examples, collect_examples
from indexer.artifact import Index, load_index
from indexer.build import build_index
from indexer.chunks import Chunk, ChunkKind
from indexer.encoders import load_encoder
from indexer.publication import current_build
from indexer.search import LocalSearch
from indexer.settings import IndexSettings
from kb import Problem, load_knowledge_base
from kb.loader import SourceFiles, read_source_files
from retrieval.ranking import Ranker, read_ranker

SAME_TEXT = 0.95
"""Cosine from which two phrasings or reports say the same. Of 2,800 of them no two come nearer than 0.94, and the
nearest differ in a detail that matters."""
SAME_ENTRY = 0.9
"""Cosine from which two entries' titles and summaries say the same; the nearest of 104 entries are at 0.87."""
LEAST_FOUND = 0.5
"""Share of an entry's reports, each asked as if it were not indexed, that must have the entry among the first three."""
FIRST = 3


def content_problems(root: Path) -> list[Problem]:
    """What searching a knowledge base, given by its folder, tells; nothing is published."""
    settings = IndexSettings()
    encoder = load_encoder(settings.encoder)
    files, knowledge_base = read_source_files(root), load_knowledge_base(root)
    with (
        tempfile.TemporaryDirectory() as folder,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("Encoding what is new", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        build_index(knowledge_base, encoder, Path(folder), show, reuse_from=settings.index_dir)
        build = current_build(Path(folder))
        index, vectors = load_index(build, encoder), LocalSearch.load(build).vectors()
        progress.update(task, description="Searching each report")
        examples = collect_examples(knowledge_base, index, show)
    return [
        *near_duplicates(index, vectors, files),
        *unfound_entries(examples, read_ranker(index.ranker), index, files),
    ]


def near_duplicates(index: Index, vectors: NDArray[np.float32], files: SourceFiles) -> Iterator[Problem]:
    """Texts that say the same, each at the place of the second.

    :param vectors: of the index's chunks, float32, shape (n_chunks, dimension), rows of unit length.
    """
    places = _places(files)
    words = [row for row, chunk in enumerate(index.chunks) if chunk.kind in (ChunkKind.SYMPTOM, ChunkKind.REPORT)]
    summaries = [row for row, chunk in enumerate(index.chunks) if chunk.id == f"{chunk.entry_id}/{ChunkKind.CAUSE}/0"]
    for rows, limit in ((words, SAME_TEXT), (summaries, SAME_ENTRY)):
        for first, second in _close_pairs([index.chunks[row] for row in rows], vectors[rows], limit):
            (other_path, other_line), (path, line) = places[first.id], places[second.id]
            yield Problem(path, line, f"says the same as {other_path.name}:{other_line}: “{first.text}”")


def unfound_entries(examples: Examples, ranker: Ranker, index: Index, files: SourceFiles) -> Iterator[Problem]:
    """Entries that most of their own reports don't find."""
    entry_ids = list(index.entries)
    utilities = np.array(
        [
            ranker.utilities(features, none_features)[:-1]
            for features, none_features in zip(examples.features, examples.none_features, strict=True)
        ]
    )
    first = np.argsort(-utilities, axis=1)[:, :FIRST]
    found = (first == examples.target[:, None]).any(axis=1)
    for file, entry in files.valid_entries():
        of_entry = examples.target == entry_ids.index(entry.id)
        if of_entry.any() and found[of_entry].mean() < LEAST_FOUND:
            share = f"{found[of_entry].sum()} of its {of_entry.sum()} reports"
            yield file.problem_at(("symptoms",), f"only {share} find this entry: say it in the words that people use")


def _close_pairs(chunks: list[Chunk], vectors: NDArray[np.float32], limit: float) -> Iterator[tuple[Chunk, Chunk]]:
    for first, second in np.argwhere(np.triu(vectors @ vectors.T, 1) >= limit):
        yield chunks[first], chunks[second]


def _places(files: SourceFiles) -> Mapping[str, tuple[Path, int]]:
    """File and line of each phrasing, report and summary, by the id of its chunk."""
    places: dict[str, tuple[Path, int]] = {}
    for file, entry in files.valid_entries():
        places[f"{entry.id}/{ChunkKind.CAUSE}/0"] = (file.path, file.line_of(("title",)))
        for number in range(len(entry.symptoms)):
            places[f"{entry.id}/{ChunkKind.SYMPTOM}/{number}"] = (file.path, file.line_of(("symptoms", number)))
    for path, rows in files.reports.items():
        for line, report in rows:
            places[f"{path.stem}/{ChunkKind.REPORT}/{report.id}"] = (path, line)
    return places
