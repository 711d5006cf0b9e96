import logging

import pytest

from retrieval.evidence.detectors.expressions import Expression, Scope


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("number > 1", True),
        ("number", False),
        ("missing == 1", False),
        ('header["age"] == "1"', False),
        ('header["age"] == "1" || number > 1', True),
        ("unknown > 1.0 || unknown <= 1.0 || !(unknown > 1.0)", False),
        ('text.finds("^A") && finds(text, "c$")', True),
        ('host_of(text) == "x" || number == 2', True),
    ],
)
def test_what_is_undecided_does_not_hold(expression: str, holds: bool) -> None:
    names = {"number": 2, "header": {}, "unknown": None, "text": "abc"}
    assert Expression(expression).holds(Scope(names)) is holds


def test_another_item_is_compared_by_this() -> None:
    earlier = Expression("url == this.url && status < this.status")
    scope = Scope({"url": "/a", "status": 200})
    assert earlier.holds(scope, {"url": "/a", "status": 401, "large": object()})
    assert not earlier.holds(scope, {"url": "/b", "status": 401})
    assert not earlier.holds(scope, {"url": "/a"})


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("status == 200 && url != this.url", True),
        ("status == 401 && url != this.url", False),
        ("status == 401 || url != this.url", True),
        ("status == 401 && status == 1 || url != this.url", True),
        ('(status == 401 || url != this.url) && url != "a && b"', True),
        ("missing == 1 && url != this.url", False),
    ],
)
def test_a_comparison_may_be_a_part_of_any_expression(expression: str, holds: bool) -> None:
    assert Expression(expression).holds(Scope({"url": "/a", "status": 200}), {"url": "/b"}) is holds


def test_values_that_the_language_lacks_are_replaced() -> None:
    names = {"large": 10**30, "larger": [10**400], "text": {"a": "b\ud800c"}}
    scope = Scope(names)
    assert Expression('large > 1.0 && larger == [null] && text["a"] == "b?c"').holds(scope)


def test_what_a_function_fails_on_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert not Expression('host_of(text) == "a"').holds(Scope({"text": "http://[hunter2"}))
    assert "hunter2" not in caplog.text
