import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact

from api.statistics import difference_p_value, rate

COUNTS = st.integers(0, 200).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS.filter(lambda counts: counts[1] > 0))
def test_intervals_agree_with_scipy(counts: tuple[int, int]) -> None:
    ours = rate(*counts)

    theirs = binomtest(*counts).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours.rate is not None
    assert ours.low <= ours.rate <= ours.high


def test_of_nothing_any_rate_is_possible() -> None:
    nothing = rate(0, 0)

    assert (nothing.rate, nothing.low, nothing.high) == (None, 0.0, 1.0)


@given(COUNTS, COUNTS)
def test_p_values_agree_with_scipy(first: tuple[int, int], second: tuple[int, int]) -> None:
    table = np.array([[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]])

    assert difference_p_value(rate(*first), rate(*second)) == pytest.approx(fisher_exact(table).pvalue, abs=1e-6)


def test_p_value_of_many_is_found() -> None:
    theirs = fisher_exact(np.array([[10_000, 40_000], [10_600, 39_400]])).pvalue

    assert difference_p_value(rate(10_000, 50_000), rate(10_600, 50_000)) == pytest.approx(theirs, rel=1e-6)
