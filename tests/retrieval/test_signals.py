import dataclasses
import math
from collections.abc import Mapping, Sequence
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
from retrieval.signals import FEATURES, HITS_PER_SEARCH, MOST_PASSAGES, NONE_FEATURES, SignalComputer, Signals
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


def none_column(signals: Signals, name: str) -> float:
    return float(signals.none_features[NONE_FEATURES.index(name)])


def pooled(index: Index, family: str, similarity: Sequence[float]) -> tuple[list[float], list[float]]:
    """Best and mean of the best three of each entry's chunks, in plain Python."""
    best_three = [
        sorted(
            (
                value
                for value, chunk in zip(similarity, index.chunks, strict=True)
                if chunk.entry_id == entry_id and chunk.kind in FAMILIES[family]
            ),
            reverse=True,
        )[:3]
        for entry_id in index.entries
    ]
    return [values[0] for values in best_three], [sum(values) / 3 for values in best_three]


def compute(
    computer: SignalComputer, symptom: Symptom, observed: Mapping[str, bool], without: str | None = None
) -> Signals:
    return computer.compute(symptom, computer.encode(symptom), observed, without)


def cosines(index: Index, text: str) -> list[float]:
    vectors = index.encoder.encode_documents([chunk.text for chunk in index.chunks])
    values: list[float] = (vectors @ index.encoder.encode_queries([text])[0]).tolist()
    return values


def word_scores(index: Index, text: str) -> list[float]:
    """The root of each chunk's BM25."""
    hits = index.search.lexical(text, len(index.chunks))
    scores = dict(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True))
    return [math.sqrt(scores.get(row, 0.0)) for row in range(len(index.chunks))]


def test_pooled_similarity_agrees_with_plain_python(small_index: Index, computer: SignalComputer) -> None:
    text = "the queue does not move and mail to gmail times out"

    signals = compute(computer, symptom_of(text), {})

    best, mean = pooled(small_index, "facts", word_scores(small_index, text))
    assert column(signals, "lexical facts best") == pytest.approx(best, abs=1e-5)
    assert column(signals, "lexical facts mean") == pytest.approx(mean, abs=1e-5)
    _, user_mean = pooled(small_index, "user", cosines(small_index, text))
    assert none_column(signals, "dense user mean") == pytest.approx(max(user_mean), abs=1e-5)
    facts_best, _ = pooled(small_index, "facts", cosines(small_index, text))
    assert none_column(signals, "dense facts best") == pytest.approx(max(facts_best), abs=1e-5)


def test_none_is_judged_by_the_best_value_of_each_signal(computer: SignalComputer) -> None:
    signals = compute(computer, symptom_of("535 5.7.8 Authentication credentials invalid, server.relay"), {})

    assert NONE_FEATURES[: len(FEATURES)] == FEATURES
    assert signals.none_features[: len(FEATURES)].tolist() == signals.features.max(axis=0).tolist()


def test_what_is_like_a_message_that_nothing_answers_speaks_for_none(computer: SignalComputer) -> None:
    colour = compute(computer, symptom_of("which colour goes well with a green sofa?"), {})
    mail = compute(computer, symptom_of("the disk is full and mail stopped"), {})

    for name in ("dense unanswerable entry", "dense unanswerable mean"):
        assert none_column(colour, name) > none_column(mail, name)


def test_the_chunk_that_speaks_most_for_each_entry_is_named(small_index: Index, computer: SignalComputer) -> None:
    signals = compute(computer, symptom_of("Only accounts made before 2020 are rejected"), {})

    row = list(small_index.entries).index("password-hash-outdated")
    assert small_index.chunks[signals.best_dense[row]].text == "Only accounts made before 2020 are rejected"
    assert small_index.chunks[signals.best_lexical[row]].text == "Only accounts made before 2020 are rejected"
    assert [small_index.chunks[chunk].entry_id for chunk in signals.best_dense] == list(small_index.entries)


def test_the_literal_signal_is_the_coverage_of_the_best_message(small_index: Index, computer: SignalComputer) -> None:
    text = "log: write failed: No space left on device"

    signals = compute(computer, symptom_of(text), {})

    (match,) = LiteralErrors(small_index.entries).find(text)
    assert signals.literal_matches == {"disk-full-stops-queue": match}
    assert dict(zip(small_index.entries, column(signals, "literal"), strict=True)) == {
        **dict.fromkeys(small_index.entries, 0.0),
        "disk-full-stops-queue": match.coverage,
    }


def test_the_findings_signal_speaks_for_and_against_the_entries_that_list_them(
    small_index: Index, computer: SignalComputer
) -> None:
    signals = compute(computer, symptom_of("mail stopped"), {"disk-full": False, "queue-grows": True})

    findings = dict(zip(small_index.entries, column(signals, "findings"), strict=True))
    assert findings["disk-full-stops-queue"] < 0
    assert findings["port-25-blocked-by-provider"] > 0
    assert findings["certificate-expired-on-server"] == findings["password-hash-outdated"] == 0


def test_a_report_that_is_left_out_does_not_score_itself(small_index: Index, computer: SignalComputer) -> None:
    row = list(small_index.entries).index("disk-full-stops-queue")
    symptom = symptom_of(REPORT)

    with_itself = compute(computer, symptom, {})
    without_itself = compute(computer, symptom, {}, without=REPORT_CHUNK)

    for name in ("dense entry", "lexical entry"):
        assert column(without_itself, name)[row] < column(with_itself, name)[row]


def test_what_one_user_wrote_is_not_shown_to_another(small_index: Index, computer: SignalComputer) -> None:
    signals = compute(computer, symptom_of(REPORT), {})

    shown = {small_index.chunks[row].kind for row in (*signals.best_dense, *signals.best_lexical)}
    assert ChunkKind.REPORT not in shown


def test_a_chunk_that_is_left_out_is_not_found(
    small_kb: KnowledgeBase, encoder: Encoder, computer: SignalComputer, tmp_path: Path
) -> None:
    reports = {**small_kb.reports, "disk-full-stops-queue": small_kb.reports["disk-full-stops-queue"][1:]}
    build_index(dataclasses.replace(small_kb, reports=reports), encoder, tmp_path)
    never_indexed = load_index(current_build(tmp_path), encoder)
    other = SignalComputer(never_indexed, Beliefs(never_indexed.entries, never_indexed.findings))

    left_out = compute(computer, symptom_of(REPORT), {}, without=REPORT_CHUNK)
    expected = compute(other, symptom_of(REPORT), {})

    assert none_column(left_out, "dense user mean") == pytest.approx(none_column(expected, "dense user mean"), abs=1e-6)


def test_leaving_a_chunk_out_changes_its_own_entry_only(small_index: Index, computer: SignalComputer) -> None:
    symptom = symptom_of("Why does sending to gmail time out from my server?")
    others = [row for row, entry_id in enumerate(small_index.entries) if entry_id != "disk-full-stops-queue"]

    everything = compute(computer, symptom, {}).features
    left_out = compute(computer, symptom, {}, without=REPORT_CHUNK).features

    assert left_out[others].tolist() == everything[others].tolist()
    assert left_out.tolist() != everything.tolist()


@pytest.mark.parametrize(
    "text",
    ["zzz qqq", "登录失败", "mail", "nothing arrives " * 3_000, "word" * 25_000],
    ids=["unknown words", "unknown script", "one word", "very long", "endless word"],
)
def test_every_entry_has_finite_signals_whatever_is_asked(
    small_index: Index, computer: SignalComputer, text: str
) -> None:
    features = compute(computer, symptom_of(text), {}).features

    assert features.shape == (len(small_index.entries), len(FEATURES))
    assert np.isfinite(features).all()


def test_of_a_long_message_the_passages_that_say_most_are_searched(computer: SignalComputer) -> None:
    telling = "Setting the same password again makes it work"
    noise = [" ".join(f"noise{line}x{word}" for word in range(PASSAGE_WORDS)) for line in range(2 * MOST_PASSAGES)]

    alone = compute(computer, symptom_of(telling), {})
    at_the_end = compute(computer, symptom_of("\n".join([*noise, telling])), {})

    assert none_column(at_the_end, "dense user mean") >= none_column(alone, "dense user mean") - 1e-6


def test_the_first_passage_of_a_long_message_is_searched_even_if_the_others_share_more_words(
    computer: SignalComputer,
) -> None:
    first = " ".join(["Zugangsdaten"] * (PASSAGE_WORDS - 1) + ["abgelehnt"])
    rest = [" ".join(["queue", "disk", "mail"] * (PASSAGE_WORDS // 3)) for _ in range(2 * MOST_PASSAGES)]

    alone = compute(computer, symptom_of(first), {})
    at_the_start = compute(computer, symptom_of("\n".join([first, *rest])), {})

    assert none_column(at_the_start, "dense user mean") >= none_column(alone, "dense user mean") - 1e-6


def test_a_search_is_deep_enough_to_reach_every_chunk_of_the_small_index(small_index: Index) -> None:
    """Otherwise the tests above would compare similarities that were cut off."""
    assert len(small_index.chunks) <= HITS_PER_SEARCH
