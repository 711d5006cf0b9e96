import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kb import KnowledgeBase
from retrieval.errors import UnusableRanker
from retrieval.ranking import RANKER_FORMAT, Provenance, Ranker, read_ranker, softmax
from retrieval.signals import FEATURES, FINDINGS, NONE_FEATURES

REPAIR = "run `causeway eval fit`, then `causeway index build`"


@pytest.fixture
def ranker() -> Ranker:
    """Only two signals count: the first one twice as much as the last."""
    weights = dict.fromkeys(FEATURES, 0.0) | {FEATURES[0]: 2.0, FEATURES[-1]: 1.0}
    return Ranker(
        format=RANKER_FORMAT,
        weights=weights,
        none_intercept=3.0,
        none_weights=dict.fromkeys(NONE_FEATURES, 0.0) | {NONE_FEATURES[-1]: -2.0},
        confident_above=0.9,
        provenance=Provenance(
            fitted_at="2026-01-02",
            version="0.1.0",
            encoder="test",
            reports_sha256="0" * 64,
            answerable=1,
            unanswerable=1,
            cross_validation={},
        ),
    )


@pytest.fixture
def features() -> NDArray[np.float64]:
    """Three entries; only the first and the last signal are there."""
    features = np.zeros((3, len(FEATURES)))
    features[:, 0] = [1.0, 0.5, 0.0]
    features[:, -1] = [0.0, 2.0, 0.0]
    return features


def test_softmax_gives_shares_of_the_exponentials() -> None:
    assert softmax(np.log([1.0, 2.0, 5.0])).tolist() == pytest.approx([0.125, 0.25, 0.625])


def test_softmax_works_along_the_last_axis() -> None:
    assert softmax(np.array([[0.0, 0.0], [1.0, 1.0 + math.log(3)]])).tolist() == [
        pytest.approx([0.5, 0.5]),
        pytest.approx([0.25, 0.75]),
    ]


def test_softmax_survives_utilities_of_any_size() -> None:
    assert softmax(np.array([-10_000.0, 0.0, 10_000.0])).tolist() == [0.0, 0.0, 1.0]


def test_utilities_are_weighted_signals_and_those_of_none_come_last(
    ranker: Ranker, features: NDArray[np.float64]
) -> None:
    none_features = np.zeros(len(NONE_FEATURES))
    none_features[-1] = 0.5

    utilities = ranker.utilities(features, none_features)

    assert utilities.tolist() == pytest.approx([2.0 * 1.0, 2.0 * 0.5 + 2.0, 0.0, 3.0 - 2.0 * 0.5])


def test_a_contribution_is_what_a_signal_adds_over_the_average_entry(
    ranker: Ranker, features: NDArray[np.float64]
) -> None:
    contributions = ranker.contributions(features)

    assert contributions[:, 0].tolist() == pytest.approx([1.0, 0.0, -1.0])
    assert not contributions[:, 1:-1].any()


def test_a_contribution_of_findings_is_what_they_add_over_an_entry_without_any(
    ranker: Ranker, features: NDArray[np.float64]
) -> None:
    assert FEATURES[-1] == FINDINGS

    assert ranker.contributions(features)[:, -1].tolist() == pytest.approx([0.0, 2.0, 0.0])


def test_a_ranker_that_was_written_is_read_back(ranker: Ranker) -> None:
    assert read_ranker(ranker.model_dump_json().encode()) == ranker


def test_the_ranker_of_a_knowledge_base_that_has_none_fits_this_version(small_kb: KnowledgeBase) -> None:
    assert set(read_ranker(small_kb.ranker).weights) == set(FEATURES)


@pytest.mark.parametrize(
    "change",
    [
        lambda ranker: ranker["weights"].pop(FEATURES[0]),
        lambda ranker: ranker["weights"].update({"star sign": 1.0}),
        lambda ranker: ranker["none_weights"].pop(FEATURES[0]),
        lambda ranker: ranker.update(format=RANKER_FORMAT + 1),
    ],
    ids=["signal missing", "unknown signal", "signal of none missing", "other format"],
)
def test_a_ranker_for_other_signals_is_refused_with_the_command_that_repairs_it(
    ranker: Ranker, change: Callable[[dict[str, Any]], object]
) -> None:
    data = ranker.model_dump()
    change(data)

    with pytest.raises(UnusableRanker) as refused:
        read_ranker(json.dumps(data).encode())

    assert str(refused.value) == f"ranker.json was fitted for other signals than this version computes: {REPAIR}"


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"format": 1, "weights": "heavy"}'])
def test_a_ranker_that_cannot_be_read_is_refused_with_the_command_that_repairs_it(data: bytes) -> None:
    with pytest.raises(UnusableRanker, match=r"ranker\.json can't be read") as refused:
        read_ranker(data)

    assert str(refused.value).endswith(REPAIR)
