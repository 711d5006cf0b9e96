import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from sklearn.covariance import shrunk_covariance
from sklearn.metrics.pairwise import cosine_similarity

from indexer.chunks import Chunk, ChunkKind
from indexer.entry_models import SHRINKAGE, SMOOTHING_TOKENS, Contribution, EntryModels
from indexer.tokens import tokenize
from kb import NONE_OF_THESE

ENTRY_IDS = ["full", "blocked", "expired"]
TEXTS = {
    "full": ["no space left on the device", "the disk is full", "disk full, queue stops"],
    "blocked": ["port blocked by the provider", "the queue grows, connections time out"],
    "expired": ["certificate expired", "the phone does not trust the certificate", "expired yesterday", "untrusted"],
    NONE_OF_THESE: ["which disk do you like", "please add dark mode"],
}
CHUNKS = [
    Chunk(id=f"{entry_id}/{kind}/{number}", entry_id=entry_id, kind=kind, text=text)
    for entry_id, texts in TEXTS.items()
    for kind in (ChunkKind.REPORT if entry_id == NONE_OF_THESE else ChunkKind.SYMPTOM,)
    for number, text in enumerate(texts)
]
OWNERS = [[*TEXTS].index(chunk.entry_id) for chunk in CHUNKS]
DIMENSION = 5


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """Each entry's chunks lie around a direction of their own."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(len(TEXTS), DIMENSION))
    points = centres[OWNERS] + 0.5 * rng.normal(size=(len(CHUNKS), DIMENSION))
    unit: NDArray[np.float32] = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.fixture(scope="module")
def models(vectors: NDArray[np.float32]) -> EntryModels:
    return EntryModels.build(CHUNKS, vectors, ENTRY_IDS)


def test_similarity_is_the_cosine_where_chunks_of_one_entry_spread_evenly(
    models: EntryModels, vectors: NDArray[np.float32]
) -> None:
    owners = np.array(OWNERS)
    centroids = np.array([vectors[owners == owner].mean(axis=0) for owner in range(len(TEXTS))], float)
    of_entries = owners < len(ENTRY_IDS)
    spread = vectors[of_entries] - centroids[owners[of_entries]]
    whitening = sqrtm(np.linalg.inv(shrunk_covariance(spread.T @ spread / len(spread), SHRINKAGE)))
    message = vectors[0] + vectors[4]

    expected = cosine_similarity([message @ whitening], centroids @ whitening)[0]

    assert models.similarity(message).tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_reports_have_no_part_in_how_the_chunks_of_an_entry_spread(vectors: NDArray[np.float32]) -> None:
    report = Chunk(id="full/report/1", entry_id="full", kind=ChunkKind.REPORT, text="disk?")
    own = Contribution(0, vectors[-1], tokenize(report.text))

    with_report = EntryModels.build([*CHUNKS, report], np.vstack([vectors, vectors[-1]]), ENTRY_IDS)

    left_out = with_report.similarity(vectors[-1], own)
    assert left_out == pytest.approx(EntryModels.build(CHUNKS, vectors, ENTRY_IDS).similarity(vectors[-1]), abs=1e-5)


def test_messages_that_nothing_answers_are_a_cloud_of_their_own(
    models: EntryModels, vectors: NDArray[np.float32]
) -> None:
    similarity = models.similarity(vectors[-1])

    assert similarity.shape == (len(ENTRY_IDS) + 1,)
    assert similarity.argmax() == len(ENTRY_IDS)


def test_without_such_messages_nothing_is_similar_to_them(vectors: NDArray[np.float32]) -> None:
    answerable = [chunk for chunk in CHUNKS if chunk.entry_id != NONE_OF_THESE]

    models = EntryModels.build(answerable, vectors[: len(answerable)], ENTRY_IDS)

    assert models.similarity(vectors[0])[-1] == 0


def likelihood(message: str, own: str | None = None) -> list[float]:
    """By the formula: Dirichlet smoothing with all entries as the collection, against the collection alone."""
    words = {key: Counter(token for text in TEXTS[key] for token in tokenize(text)) for key in ENTRY_IDS}
    collection = sum(words.values(), Counter[str]())
    if own:
        words["full"] = words["full"] - Counter(tokenize(own))
    scores = []
    for counts in words.values():
        score = 0.0
        for token in set(tokenize(message)) & collection.keys():
            expected = SMOOTHING_TOKENS * collection[token] / collection.total()
            smoothed = (counts[token] + expected) / (counts.total() + SMOOTHING_TOKENS)
            score += math.log(smoothed / (collection[token] / collection.total()))
        scores.append(score)
    return scores


@pytest.mark.parametrize("message", ["the disk is full again", "my certificate? my queue!", "zzz", ""])
def test_the_likelihood_is_dirichlet_smoothed(models: EntryModels, message: str) -> None:
    assert models.likelihood(tokenize(message)).tolist() == pytest.approx(likelihood(message))


def test_a_word_counts_once_however_often_it_is_repeated(models: EntryModels) -> None:
    assert models.likelihood(["disk"] * 50).tolist() == models.likelihood(["disk"]).tolist()


def test_a_chunk_that_is_left_out_says_nothing_of_its_words(models: EntryModels) -> None:
    text = TEXTS["full"][1]
    own = Contribution(0, np.zeros(DIMENSION, np.float32), tokenize(text))

    assert models.likelihood(tokenize("disk full"), own).tolist() == pytest.approx(likelihood("disk full", own=text))


@pytest.mark.parametrize("row", [1, len(CHUNKS) - 1], ids=["of an entry", "of none"])
def test_a_chunk_that_is_left_out_says_nothing_of_its_place(
    models: EntryModels, vectors: NDArray[np.float32], row: int
) -> None:
    """Left out a second time, as it were: a chunk whose place is the centroid changes nothing."""
    owner = OWNERS[row]
    message = vectors[0] + vectors[4]
    centroid = vectors[[number for number, other in enumerate(OWNERS) if other == owner]].mean(axis=0)

    of_centroid = models.similarity(message, Contribution(owner, centroid, []))
    of_chunk = models.similarity(message, Contribution(owner, vectors[row], []))

    others = [number for number in range(len(TEXTS)) if number != owner]
    assert of_centroid.tolist() == pytest.approx(models.similarity(message).tolist(), abs=1e-6)
    assert of_chunk[owner] != pytest.approx(models.similarity(message)[owner], abs=1e-3)
    assert of_chunk[others].tolist() == models.similarity(message)[others].tolist()


def test_an_entry_of_one_chunk_keeps_it(vectors: NDArray[np.float32]) -> None:
    single = EntryModels.build(CHUNKS[2:], vectors[2:], ENTRY_IDS)

    left_out = single.similarity(vectors[2], Contribution(0, vectors[2], []))

    assert left_out.tolist() == single.similarity(vectors[2]).tolist()


def test_models_that_were_saved_are_read_back(models: EntryModels, tmp_path: Path) -> None:
    models.save(tmp_path)

    read = EntryModels.load(tmp_path)

    message = np.full(DIMENSION, 0.4, np.float32)
    assert read.similarity(message).tolist() == models.similarity(message).tolist()
    assert read.likelihood(["disk", "queue"]).tolist() == models.likelihood(["disk", "queue"]).tolist()
