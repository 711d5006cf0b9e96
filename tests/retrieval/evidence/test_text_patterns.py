import pytest

from kb import Finding
from kb.schema import TextEvidence
from retrieval.diagnosis import Evidence, ObservedFinding
from retrieval.evidence import QUOTE_CHARACTERS, FindingDetectors


def detectors(*, holds: tuple[str, ...] = (), fails: tuple[str, ...] = ()) -> FindingDetectors:
    """Detectors of one finding, `port-open`."""
    finding = Finding(
        id="port-open",
        question="Is port 25 open?",
        how_to_look="Run nc.",
        text=TextEvidence(holds=holds, fails=fails),
    )
    return FindingDetectors({finding.id: finding})


PORT_OPEN = detectors(holds=("port 25.*(open|succeeded)",), fails=("port 25.*timed out",))


def log(text: str, name: str = "nc.log") -> Evidence:
    return Evidence(name=name, text=text)


def test_a_finding_holds_where_its_pattern_matches_and_the_line_proves_it() -> None:
    observed = PORT_OPEN.observe([log("Mon 12:00\n  Connection to mx port 25 succeeded!  \nbye")])

    assert observed == [
        ObservedFinding(id="port-open", holds=True, quote="Connection to mx port 25 succeeded!", where="nc.log")
    ]


def test_a_finding_fails_where_the_opposite_matches() -> None:
    (observed,) = PORT_OPEN.observe([log("mx port 25: timed out")])

    assert not observed.holds
    assert observed.quote == "mx port 25: timed out"


def test_text_that_decides_nothing_leaves_the_finding_unknown() -> None:
    assert PORT_OPEN.observe([log("nc: command not found"), log("")]) == []


def test_a_finding_without_patterns_is_never_observed() -> None:
    assert detectors().observe([log("port 25 open")]) == []


def test_proof_that_it_holds_outweighs_proof_that_it_does_not_wherever_they_are() -> None:
    (observed,) = PORT_OPEN.observe([log("port 25: timed out\nport 25: open", "first.log"), log("port 25 timed out")])

    assert observed.holds
    assert observed.quote == "port 25: open"
    assert observed.where == "first.log"


def test_the_first_text_that_proves_it_is_named() -> None:
    (observed,) = PORT_OPEN.observe([log("nothing", "a"), log("port 25 open", "b"), log("port 25 succeeded", "c")])

    assert observed.where == "b"


def test_patterns_ignore_case() -> None:
    (observed,) = PORT_OPEN.observe([log("PORT 25 IS OPEN")])

    assert observed.quote == "PORT 25 IS OPEN"


def test_anchors_match_at_lines() -> None:
    (observed,) = detectors(holds=("^status: 250$",)).observe([log("first\nStatus: 250\nlast")])

    assert observed.quote == "Status: 250"


def test_a_long_line_is_cut_around_what_matched() -> None:
    line = f"{'before ' * 100}PORT 25 IS OPEN{' after' * 100}"

    (observed,) = PORT_OPEN.observe([log(f"first line\n{line}\nlast line")])

    assert "PORT 25 IS OPEN" in observed.quote
    assert observed.quote in line
    assert len(observed.quote) <= QUOTE_CHARACTERS


@pytest.mark.parametrize("text", ["port 25 open", "\nport 25 open", "port 25 open\n"], ids=["alone", "last", "first"])
def test_the_quoted_line_may_be_the_first_or_the_last(text: str) -> None:
    (observed,) = PORT_OPEN.observe([log(text)])

    assert observed.quote == "port 25 open"
