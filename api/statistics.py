"""Rates with their uncertainty, and whether two of them differ."""

import math

from api.shapes.insights import Rate

Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


def rate(count: int, of: int) -> Rate:
    """A share with its score interval (Wilson 1927, JASA 22(158)), which holds for small numbers, too."""
    if of == 0:
        return Rate(count=0, of=0, rate=None, low=0.0, high=1.0)
    share = count / of
    spread = Z_95**2 / of
    centre = share + spread / 2
    half = Z_95 * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return Rate(
        count=count,
        of=of,
        rate=share,
        # At 0 and 1 the ends are the rate itself, but for their last digits.
        low=max(0.0, min(share, (centre - half) / (1 + spread))),
        high=min(1.0, max(share, (centre + half) / (1 + spread))),
    )


def difference_p_value(first: Rate, second: Rate) -> float:
    """Probability of rates at least as unlikely as these if both were the same: Fisher's exact test, two-sided."""
    total, counted = first.of + second.of, first.count + second.count
    possible = range(max(0, counted - second.of), min(counted, first.of) + 1)
    all_ways = _log_ways(total, counted)
    logs = [_log_ways(first.of, count) + _log_ways(second.of, counted - count) - all_ways for count in possible]
    observed = logs[first.count - possible.start]
    # Outcomes that are equally likely differ in their last digits.
    return min(1.0, sum(math.exp(log) for log in logs if log <= observed + 1e-7))


def _log_ways(of: int, count: int) -> float:
    """Natural log of the number of ways to choose `count` of `of` things."""
    return math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
