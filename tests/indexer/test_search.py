import math
from collections import Counter
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.search import EXACT_UP_TO_CHUNKS, VECTORS, Hits, LocalSearch
from indexer.tokens import tokenize

TEXTS = [
    "queue manager: write failed: No space left on device",
    "The answer lacks the header front-token",
    "Call server.setRelay before the first message",
    "Mail to other servers stays in the queue, and the queue only grows",
    "!?",
]


def unit_vectors(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def nearest(vectors: NDArray[np.float32], query: NDArray[np.float32], limit: int) -> list[int]:
    """Rows in the order of their cosine with the query, by comparing all."""
    return [int(row) for row in np.argsort(-(vectors @ query), kind="stable")[:limit]]


def bm25(texts: list[str], query: str) -> list[float]:
    """Scores by the formula that Lucene uses (k1 = 1.5, b = 0.75), a document at a time; repeated words count once."""
    documents = [Counter(tokenize(text)) for text in texts]
    mean_length = sum(document.total() for document in documents) / len(documents)
    scores = [0.0] * len(documents)
    for token in dict.fromkeys(tokenize(query)):
        holding = sum(token in document for document in documents)
        rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for number, document in enumerate(documents):
            damping = 1.5 * (0.25 + 0.75 * document.total() / mean_length)
            scores[number] += rarity * document[token] / (document[token] + damping)
    return scores


@pytest.fixture(scope="module")
def words() -> LocalSearch:
    """Five short texts; their vectors don't matter."""
    return LocalSearch.build(unit_vectors(len(TEXTS), 4, seed=0), TEXTS)


@pytest.fixture(scope="module")
def many_vectors() -> NDArray[np.float32]:
    """One vector more than are compared exactly; few dimensions, so that the graph is built in seconds."""
    return unit_vectors(EXACT_UP_TO_CHUNKS + 1, 4, seed=1)


@pytest.fixture(scope="module")
def many_chunks(many_vectors: NDArray[np.float32]) -> LocalSearch:
    return LocalSearch.build(many_vectors, ["mail"] * len(many_vectors))


def rows(hits: Hits) -> list[int]:
    return [int(row) for row in hits.rows]


def test_dense_hits_are_those_that_numpy_finds() -> None:
    vectors, queries = unit_vectors(500, 32, seed=2), unit_vectors(5, 32, seed=3)
    search = LocalSearch.build(vectors, ["mail"] * 500)
    for query, hits in zip(queries, search.dense(queries, 20), strict=True):
        assert rows(hits) == nearest(vectors, query, 20)
        np.testing.assert_allclose(hits.scores, (vectors @ query)[hits.rows], atol=1e-6)


def test_vector_of_a_chunk_finds_it_first_with_cosine_one() -> None:
    vectors = unit_vectors(50, 8, seed=4)
    (hits,) = LocalSearch.build(vectors, ["mail"] * 50).dense(vectors[17:18], 3)
    assert hits.rows[0] == 17
    assert hits.scores[0] == pytest.approx(1)


@pytest.mark.parametrize(("limit", "found"), [(1, 1), (5, 5), (6, 5), (1000, 5)])
def test_limit_above_the_number_of_chunks_finds_all_of_them(words: LocalSearch, limit: int, found: int) -> None:
    (hits,) = words.dense(unit_vectors(1, 4, seed=5), limit)
    assert len(hits.rows) == len(hits.scores) == found


def test_no_query_has_no_hits(words: LocalSearch) -> None:
    assert words.dense(np.empty((0, 4), dtype=np.float32), 3) == []


def test_vectors_come_back_as_they_were_given() -> None:
    vectors = unit_vectors(20, 8, seed=6)
    np.testing.assert_array_equal(LocalSearch.build(vectors, ["mail"] * 20).vectors(), vectors)


def test_only_above_the_limit_a_graph_is_searched(
    many_vectors: NDArray[np.float32], many_chunks: LocalSearch, tmp_path: Path
) -> None:
    many_chunks.save(tmp_path)
    assert isinstance(faiss.read_index(str(tmp_path / VECTORS)), faiss.IndexHNSWFlat)
    LocalSearch.build(many_vectors[:EXACT_UP_TO_CHUNKS], ["mail"] * EXACT_UP_TO_CHUNKS).save(tmp_path)
    assert isinstance(faiss.read_index(str(tmp_path / VECTORS)), faiss.IndexFlatIP)


def test_graph_finds_what_comparing_all_finds(many_vectors: NDArray[np.float32], many_chunks: LocalSearch) -> None:
    queries = unit_vectors(20, 4, seed=7)
    for query, hits in zip(queries, many_chunks.dense(queries, 10), strict=True):
        assert rows(hits) == nearest(many_vectors, query, 10)
        np.testing.assert_allclose(hits.scores, (many_vectors @ query)[hits.rows], atol=1e-6)


def test_graph_finds_as_many_hits_as_are_asked_for(many_chunks: LocalSearch) -> None:
    (hits,) = many_chunks.dense(unit_vectors(1, 4, seed=8), 1000)
    assert len(set(rows(hits))) == 1000
    assert np.all(np.diff(hits.scores) <= 0)


def test_saved_graph_answers_as_the_one_in_memory(many_chunks: LocalSearch, tmp_path: Path) -> None:
    many_chunks.save(tmp_path)
    query = unit_vectors(1, 4, seed=9)
    (before,), (after,) = many_chunks.dense(query, 500), LocalSearch.load(tmp_path).dense(query, 500)
    assert rows(after) == rows(before)


def test_vectors_of_a_graph_come_back_as_they_were_given(
    many_vectors: NDArray[np.float32], many_chunks: LocalSearch
) -> None:
    np.testing.assert_array_equal(many_chunks.vectors(), many_vectors)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("front-token", 1, id="header name"),
        pytest.param("Front-Token is not there", 1, id="header name in capitals"),
        pytest.param("frontToken undefined", 1, id="header name as an identifier"),
        pytest.param("server.setRelay", 2, id="identifier"),
        pytest.param("how do I set a relay", 2, id="words of an identifier"),
        pytest.param("no space left on device", 0, id="error string"),
        pytest.param("queue grows", 3, id="plain words"),
    ],
)
def test_words_find_the_text_that_holds_them(words: LocalSearch, query: str, found: int) -> None:
    assert rows(words.lexical(query, 5))[0] == found


@pytest.mark.parametrize("query", ["queue", "the queue of the server", "front-token frontToken", "write to device"])
def test_lexical_scores_are_bm25(words: LocalSearch, query: str) -> None:
    hits = words.lexical(query, 5)
    expected = bm25(TEXTS, query)
    assert rows(hits) == sorted((row for row in range(5) if expected[row] > 0), key=lambda row: -expected[row])
    assert list(hits.scores) == pytest.approx([expected[row] for row in rows(hits)], rel=1e-5)


@pytest.mark.parametrize(
    "query", ["", "?!", "zebra", "zebra giraffe"], ids=["empty", "no word", "unknown", "two unknown"]
)
def test_texts_that_share_no_word_are_left_out(words: LocalSearch, query: str) -> None:
    hits = words.lexical(query, 5)
    assert (rows(hits), list(hits.scores)) == ([], [])


def test_unknown_words_beside_known_ones_change_nothing(words: LocalSearch) -> None:
    with_unknown, without = words.lexical("zebra queue", 5), words.lexical("queue", 5)
    assert rows(with_unknown) == rows(without)
    assert list(with_unknown.scores) == list(without.scores)


def test_lexical_hits_are_limited_to_the_best(words: LocalSearch) -> None:
    hits = words.lexical("the queue", 5)
    assert rows(words.lexical("the queue", 1)) == rows(hits)[:1]
    assert len(hits.rows) > 1


def test_equal_texts_are_found_in_the_order_of_their_rows() -> None:
    texts = ["other", *["mail"] * 200]
    assert rows(LocalSearch.build(unit_vectors(201, 4, seed=10), texts).lexical("mail", 5)) == [1, 2, 3, 4, 5]


def test_saved_index_answers_as_the_one_in_memory(words: LocalSearch, tmp_path: Path) -> None:
    words.save(tmp_path)
    loaded = LocalSearch.load(tmp_path)
    query = unit_vectors(1, 4, seed=11)
    for before, after in (
        (words.dense(query, 5)[0], loaded.dense(query, 5)[0]),
        (words.lexical("the queue", 5), loaded.lexical("the queue", 5)),
    ):
        np.testing.assert_array_equal(before.rows, after.rows)
        np.testing.assert_array_equal(before.scores, after.scores)
