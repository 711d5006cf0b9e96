from pathlib import Path

import pytest

from kb.expressions import CONFIG_FIELDS, EXCHANGE_FIELDS, FUNCTIONS, finding_faults, product_faults
from kb.lint import lint
from kb.schema import Finding, ProductEvidence, Proof

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "findings.md").read_text()


def faults(**proof: str) -> list[str]:
    finding = Finding.model_validate(
        {"id": "a", "question": "A?", "how_to_look": "There.", "evidence": {"holds": [proof]}}
    )
    return [fault for _, fault in finding_faults(finding, {"login"})]


@pytest.mark.parametrize(
    "proof",
    [
        {"exchange": 'login && status == 401 && "vary" in response && cookies["id"].size() > 1'},
        {"exchange": "api", "earlier": "url == this.url && attempt < this.attempt", "no_later": "login"},
        {"exchange": "set_cookies.exists(c, c.same_site == 'none' && !c.secure)"},
        {"config": "name == 'port' && value.finds('^25$')", "other_config": "value != this.value"},
        {"exchange": "api", "config": "host_of(value) != this.host"},
        {"log": "refused", "no_config": "name == 'port'"},
    ],
)
def test_expressions_of_known_names_are_right(proof: dict[str, str]) -> None:
    assert faults(**proof) == []


@pytest.mark.parametrize(
    ("proof", "fault"),
    [
        ({"exchange": "status =="}, "not an expression of CEL: "),
        ({"exchange": "stauts == 200"}, "unknown name 'stauts'"),
        ({"exchange": "logout && status == 200"}, "unknown name 'logout'"),
        ({"exchange": "status == this.status"}, "unknown name 'this'"),
        ({"config": "path == 'a' && host == 'b'"}, "unknown name 'host'"),
        ({"exchange": "url.find('a')"}, "unknown function 'find'"),
        ({"exchange": "set_cookies.exists(c, c.samesite == 'none')"}, "unknown field 'samesite'"),
        ({"exchange": "sent.code == 'a'"}, "unknown field 'code'; a header, a cookie or a value of JSON is named"),
        ({"exchange": "api", "earlier": "url == this.uri"}, "unknown field 'uri'"),
    ],
)
def test_a_name_that_does_not_exist_is_a_fault(proof: dict[str, str], fault: str) -> None:
    (found,) = faults(**proof)
    assert found.startswith(fault)


def test_a_kind_may_use_earlier_ones_and_no_name_of_a_field() -> None:
    product = ProductEvidence(
        api="api && true", exchanges={"login": "api && logout", "logout": "api && login", "status": "login"}
    )
    assert list(product_faults(product)) == [
        (("api",), "unknown name 'api'"),
        (("exchanges", "login"), "unknown name 'logout'"),
        (("exchanges", "status"), "'status' is the name of a field: choose another one"),
    ]


@pytest.mark.parametrize(
    ("proof", "fault"),
    [
        ({}, "must name an exchange, a log or a config"),
        ({"config": "true", "earlier": "api"}, "need an exchange"),
        ({"config": "true", "side": "backend"}, "side needs a log"),
        ({"exchange": "api", "quote": ["header.vary"]}, "should match pattern"),
    ],
)
def test_a_proof_is_about_one_item(proof: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Proof.model_validate(proof)


def test_the_linter_names_the_line_of_a_faulty_expression(small_kb_dir: Path) -> None:
    findings = small_kb_dir / "findings.yaml"
    text = findings.read_text()
    findings.write_text(text + "  evidence:\n    holds:\n      - exchange: stauts == 200\n")
    (small_kb_dir / "evidence.yaml").write_text("exchanges:\n  login: path == 3 &&\n")
    syntax, name = (str(problem).removeprefix(f"{small_kb_dir}/") for problem in lint(small_kb_dir))
    assert syntax.startswith("evidence.yaml:2: not an expression of CEL: 1:")
    assert name == f"findings.yaml:{len(text.splitlines()) + 3}: unknown name 'stauts'"


@pytest.mark.parametrize("name", sorted(EXCHANGE_FIELDS | CONFIG_FIELDS | FUNCTIONS))
def test_every_name_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCUMENTATION or f"`{name}(" in DOCUMENTATION
