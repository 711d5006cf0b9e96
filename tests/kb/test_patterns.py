import pytest

from kb.patterns import PatternError, PatternSet, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param("no space left", "write failed: No Space Left on device", id="in another case"),
        pytest.param("^front-token:", "HTTP/1.1 200 OK\nFront-Token: abc", id="at the begin of a line"),
        pytest.param("200 OK$", "HTTP/1.1 200 OK\nFront-Token: abc", id="at the end of a line"),
        pytest.param(r"port 25.{0,30}timed? ?out", "port 25: connection timed out", id="within a distance"),
        pytest.param("straße", "in der STRAßE", id="beyond ASCII"),
    ],
)
def test_pattern_is_found(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).search(text)
    assert PatternSet([pattern]).matching(text) == [0]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param("^200", "HTTP/1.1 200 OK", id="not at the begin of a line"),
        pytest.param("failed.*device", "write failed:\nno device", id="over two lines"),
    ],
)
def test_pattern_is_not_found(pattern: str, text: str) -> None:
    assert not compile_pattern(pattern).search(text)
    assert PatternSet([pattern]).matching(text) == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        pytest.param("(full", "missing )", id="unclosed bracket"),
        pytest.param("(?=full)", "invalid perl operator: (?=", id="look-ahead"),
        pytest.param(r"(a)\1", r"invalid escape sequence: \1", id="back-reference"),
    ],
)
def test_pattern_that_re2_does_not_understand_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as refused:
        compile_pattern(pattern)
    assert f"not a regular expression of RE2, which has no look-around: {reason}" in str(refused.value)


def test_set_names_every_pattern_that_occurs_in_ascending_order() -> None:
    patterns = PatternSet(["disk", "^queue", "535", "full$"])
    assert patterns.matching("Queue manager: the disk is full") == [0, 1, 3]


@pytest.mark.parametrize("others", [[], ["straße"]], ids=["in one byte a character", "in UTF-8"])
def test_span_counts_characters_whatever_they_are(others: list[str]) -> None:
    text = "Größe 日本 🙂: it doesn\u2019t log in"
    patterns = PatternSet(["doesn.t log", *others])
    assert patterns.matching(text) == [0]
    start, end = patterns.span(0, text)
    assert text[start:end] == "doesn\u2019t log"


def test_set_of_no_patterns_matches_nothing() -> None:
    assert PatternSet([]).matching("anything") == []


def test_pattern_that_would_hang_a_backtracking_engine_is_answered() -> None:
    assert PatternSet(["(a+)+$"]).matching("a" * 100_000 + "!") == []
