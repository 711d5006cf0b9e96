import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.artifact import Index, load_index
from indexer.build import build_index
from indexer.chunks import ChunkKind
from indexer.encoders import Encoder
from indexer.publication import current_build
from kb import KnowledgeBase
from retrieval.dialogue import Beliefs
from retrieval.literals import LiteralErrors
from retrieval.signals import FEATURES, HITS_PER_SEARCH, MOST_PASSAGES, SignalComputer, Signals
from retrieval.symptom import PASSAGE_WORDS, Symptom, read_symptom

FAMILIES = {
    "user": {ChunkKind.SYMPTOM, ChunkKind.REPORT},
    "facts": {ChunkKind.CAUSE, ChunkKind.CONFIRM, ChunkKind.FIX, ChunkKind.ERROR},
}
REPORT = "our mail server takes nothing since the log partition ran over"
REPORT_CHUNK = "disk-full-stops-queue/report/r1"


@pytest.fixture(scope="module")
def computer(small_index: Index) -> SignalComputer:
    return SignalComputer(small_index, Beliefs(small_index.entries, small_index.findings))


def symptom_of(text: str) -> Symptom:
    symptom = read_symptom(text)
    assert symptom is not None
    return symptom


def column(signals: Signals, name: str) -> list[float]:
    values: list[float] = signals.features[:, FEATURES.index(name)].tolist()
    return values


def columns(signals: Signals, kind: str) -> dict[str, list[float]]:
    return {name: column(signals, name) for name in FEATURES if name.startswith(kind)}


def pooled(index: Index, kind: str, similarity: Sequence[float]) -> dict[str, list[float]]:
    """Best and mean of the best three of each entry's chunks, by family, in plain Python."""
    pools: dict[str, list[float]] = {}
    for family, chunk_kinds in FAMILIES.items():
        best_three = [
            sorted(
                (
                    value
                    for value, chunk in zip(similarity, index.chunks, strict=True)
                    if chunk.entry_id == entry_id and chunk.kind in chunk_kinds
                ),
                reverse=True,
            )[:3]
            for entry_id in index.entries
        ]
        pools[f"{kind} {family} best"] = [values[0] for values in best_three]
        pools[f"{kind} {family} mean"] = [sum(values) / 3 for values in best_three]
    return {name: pools[name] for name in FEATURES if name in pools}


def cosines(index: Index, text: str) -> list[float]:
    vectors = index.encoder.encode_documents([chunk.text for chunk in index.chunks])
    values: list[float] = (vectors @ index.encoder.encode_queries([text])[0]).tolist()
    return values


def word_scores(index: Index, text: str, without: str = "") -> list[float]:
    """BM25 of each chunk as a share of the best chunk's; 0 for the one that is left out."""
    hits = index.search.lexical(text, len(index.chunks))
    scores = dict(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True))
    compared = [0.0 if chunk.id == without else scores.get(row, 0.0) for row, chunk in enumerate(index.chunks)]
    return [score / max(compared) for score in compared]


@pytest.mark.parametrize(("kind", "similarity"), [("dense", cosines), ("lexical", word_scores)])
def test_pooled_similarity_agrees_with_plain_python(
    small_index: Index, computer: SignalComputer, kind: str, similarity: Callable[[Index, str], list[float]]
) -> None:
    text = "the queue does not move and mail to gmail times out"

    found = columns(computer.compute(symptom_of(text), {}), kind)

    expected = pooled(small_index, kind, similarity(small_index, text))
    assert found.keys() == expected.keys() != set()
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, abs=1e-5), name


def test_the_chunk_that_speaks_most_for_each_entry_is_named(small_index: Index, computer: SignalComputer) -> None:
    signals = computer.compute(symptom_of("Only accounts made before 2020 are rejected"), {})

    row = list(small_index.entries).index("password-hash-outdated")
    assert small_index.chunks[signals.best_dense[row]].text == "Only accounts made before 2020 are rejected"
    assert small_index.chunks[signals.best_lexical[row]].text == "Only accounts made before 2020 are rejected"
    assert [small_index.chunks[chunk].entry_id for chunk in signals.best_dense] == list(small_index.entries)


def test_the_literal_signal_is_the_coverage_of_the_best_message(small_index: Index, computer: SignalComputer) -> None:
    text = "log: write failed: No space left on device"

    signals = computer.compute(symptom_of(text), {})

    (match,) = LiteralErrors(small_index.entries).find(text)
    assert signals.literal_matches == {"disk-full-stops-queue": match}
    assert dict(zip(small_index.entries, column(signals, "literal"), strict=True)) == {
        **dict.fromkeys(small_index.entries, 0.0),
        "disk-full-stops-queue": match.coverage,
    }


def test_the_findings_signal_speaks_for_and_against_the_entries_that_list_them(
    small_index: Index, computer: SignalComputer
) -> None:
    signals = computer.compute(symptom_of("mail stopped"), {"disk-full": False, "queue-grows": True})

    findings = dict(zip(small_index.entries, column(signals, "findings"), strict=True))
    assert findings["disk-full-stops-queue"] < 0
    assert findings["port-25-blocked-by-provider"] > 0
    assert findings["certificate-expired-on-server"] == findings["password-hash-outdated"] == 0


def test_a_report_that_is_left_out_does_not_score_itself(small_index: Index, computer: SignalComputer) -> None:
    row = list(small_index.entries).index("disk-full-stops-queue")
    symptom = symptom_of(REPORT)

    with_itself = computer.compute(symptom, {})
    without_itself = computer.compute(symptom, {}, without=[REPORT_CHUNK])

    assert column(without_itself, "dense user mean")[row] < column(with_itself, "dense user mean")[row]


def test_what_one_user_wrote_is_not_shown_to_another(small_index: Index, computer: SignalComputer) -> None:
    signals = computer.compute(symptom_of(REPORT), {})

    shown = {small_index.chunks[row].kind for row in (*signals.best_dense, *signals.best_lexical)}
    assert ChunkKind.REPORT not in shown


def test_words_are_compared_with_the_best_chunk_that_is_not_left_out(
    small_index: Index, computer: SignalComputer
) -> None:
    signals = computer.compute(symptom_of(REPORT), {}, without=[REPORT_CHUNK])

    for name, values in pooled(small_index, "lexical", word_scores(small_index, REPORT, REPORT_CHUNK)).items():
        assert column(signals, name) == pytest.approx(values, abs=1e-6), name


def test_meaning_is_compared_as_if_a_chunk_that_is_left_out_had_never_been_indexed(
    small_kb: KnowledgeBase, encoder: Encoder, computer: SignalComputer, tmp_path: Path
) -> None:
    reports = {"disk-full-stops-queue": small_kb.reports["disk-full-stops-queue"][1:]}
    build_index(dataclasses.replace(small_kb, reports=reports), encoder, tmp_path)
    never_indexed = load_index(current_build(tmp_path), encoder)

    left_out = computer.compute(symptom_of(REPORT), {}, without=[REPORT_CHUNK])
    other = SignalComputer(never_indexed, Beliefs(never_indexed.entries, never_indexed.findings))

    for name, values in columns(other.compute(symptom_of(REPORT), {}), "dense").items():
        assert column(left_out, name) == pytest.approx(values, abs=1e-6), name


def test_leaving_a_chunk_out_changes_its_own_entry_only(small_index: Index, computer: SignalComputer) -> None:
    symptom = symptom_of("Why does sending to gmail time out from my server?")
    others = [row for row, entry_id in enumerate(small_index.entries) if entry_id != "disk-full-stops-queue"]

    everything = computer.compute(symptom, {}).features
    left_out = computer.compute(symptom, {}, without=[REPORT_CHUNK]).features

    assert left_out[others].tolist() == everything[others].tolist()


@pytest.mark.parametrize(
    "text",
    ["zzz qqq", "登录失败", "mail", "nothing arrives " * 3_000, "word" * 5_000],
    ids=["unknown words", "unknown script", "one word", "very long", "endless word"],
)
def test_every_entry_has_finite_signals_whatever_is_asked(
    small_index: Index, computer: SignalComputer, text: str
) -> None:
    features = computer.compute(symptom_of(text), {}).features

    assert features.shape == (len(small_index.entries), len(FEATURES))
    assert np.isfinite(features).all()


def test_of_a_long_message_the_passages_that_say_most_are_searched(computer: SignalComputer) -> None:
    telling = "Setting the same password again makes it work"
    noise = [" ".join(f"noise{line}x{word}" for word in range(PASSAGE_WORDS)) for line in range(2 * MOST_PASSAGES)]

    alone = computer.compute(symptom_of(telling), {})
    at_the_end = computer.compute(symptom_of("\n".join([*noise, telling])), {})

    for name, values in columns(alone, "dense").items():
        assert np.all(np.array(column(at_the_end, name)) >= np.array(values) - 1e-6), name


def test_the_first_passage_of_a_long_message_is_searched_even_if_the_others_share_more_words(
    computer: SignalComputer,
) -> None:
    first = " ".join(["Zugangsdaten"] * (PASSAGE_WORDS - 1) + ["abgelehnt"])
    rest = [" ".join(["queue", "disk", "mail"] * (PASSAGE_WORDS // 3)) for _ in range(2 * MOST_PASSAGES)]

    alone = computer.compute(symptom_of(first), {})
    at_the_start = computer.compute(symptom_of("\n".join([first, *rest])), {})

    for name, values in columns(alone, "dense").items():
        assert np.all(np.array(column(at_the_start, name)) >= np.array(values) - 1e-6), name


def test_a_search_is_deep_enough_to_reach_every_chunk_of_the_small_index(small_index: Index) -> None:
    """Otherwise the tests above would compare similarities that were cut off."""
    assert len(small_index.chunks) <= HITS_PER_SEARCH
