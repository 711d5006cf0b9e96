"""How proofs decide, shown with a mail service of which the code knows nothing."""

import logging

import pytest

from kb import Finding, ProductEvidence
from retrieval.diagnosis import DecidedBy, Evidence, ObservedFinding
from retrieval.evidence import EvidenceDetectors
from retrieval.evidence.reading import read_evidence

PRODUCT = ProductEvidence.model_validate(
    {
        "api": '"x-pigeon" in response',
        "api_settings": ["relayUrl"],
        "exchanges": {"login": 'api && path.endsWith("/login")', "failed_login": "login && status == 401"},
        "backend": {"names": ["relayHost"]},
    }
)
LOGIN = (
    "$ curl -i -X POST https://pigeon.example/login\n"
    "HTTP/1.1 {} X\nx-pigeon: 1\nserver: s\nset-cookie: id={}; Path=/\n\n"
)


def observe(evidence: dict[str, list[dict[str, object]]], *texts: str, name: str = "a.txt") -> list[ObservedFinding]:
    finding = Finding.model_validate({"id": "f", "question": "F?", "how_to_look": "There.", "evidence": evidence})
    pieces = [Evidence(name=name, text=text) for text in texts]
    return EvidenceDetectors({"f": finding}, PRODUCT).observe(read_evidence("it fails", pieces))


def holds(*texts: str, name: str = "a.txt", **proof: object) -> bool:
    return bool(observe({"holds": [proof]}, *texts, name=name))


def test_a_finding_is_decided_by_evidence_with_the_line_that_proves_it() -> None:
    (found,) = observe({"holds": [{"exchange": "failed_login", "quote": ["response.x-pigeon"]}]}, LOGIN.format(401, 1))
    assert found == ObservedFinding(
        id="f",
        holds=True,
        quote="x-pigeon: 1",
        where="a.txt, line 1, response of POST /login",
        decided_by=DecidedBy.EVIDENCE,
    )


def test_a_secret_is_masked_where_it_proves_something() -> None:
    secret = "v3ry" + "s3cretvalue" * 10
    (found,) = observe({"holds": [{"exchange": "api", "quote": ["set_cookie.id"]}]}, LOGIN.format(200, secret))
    assert found.quote == "Set-Cookie: id (116 bytes); Path=/"


def test_what_is_absent_is_said_to_be() -> None:
    (found,) = observe({"holds": [{"exchange": "login", "quote": ["response.vary"]}]}, LOGIN.format(200, 1))
    assert found.quote == "POST /login: 200 X, without the response header vary"


def test_no_evidence_decides_nothing() -> None:
    assert observe({"holds": [{"exchange": "true"}, {"config": "true"}, {"log": "fails"}]}) == []


def test_exchanges_of_other_hosts_do_not_exist() -> None:
    other = "$ curl -i https://other.example/login\nHTTP/1.1 401 X\nserver: s\n\n"
    assert not holds(other, exchange="status == 401")
    assert holds(other, LOGIN.format(200, 1), exchange="login", no_exchange="true")


def test_the_api_is_also_known_by_its_settings_and_by_its_origin() -> None:
    plain = "$ curl -i https://pigeon.example/mails\nHTTP/1.1 500 X\nserver: s\n\n"
    assert not holds(plain, exchange="api && status == 500")
    assert holds(plain, LOGIN.format(200, 1), exchange="api && status == 500")
    assert holds(plain, 'const c = { relayUrl: "https://pigeon.example" };', exchange="api && status == 500")


def test_what_came_before_and_after_is_compared_with_this() -> None:
    twice = LOGIN.format(200, 1) + LOGIN.format(401, 1)
    assert holds(twice, exchange="failed_login", earlier="url == this.url && status == 200")
    assert not holds(twice, exchange="failed_login", later="url == this.url")
    assert holds(twice, exchange="status == 200", later="failed_login")
    assert holds(twice, exchange="failed_login", no_later="true")
    assert not holds(twice, exchange="status == 200", no_later="failed_login")


def test_what_the_evidence_does_not_say_is_undecided_either_way() -> None:
    text = LOGIN.format(200, 1)
    assert not holds(text, exchange='response["age"] == "0"')
    assert not holds(text, exchange='!(response["age"] == "0")')
    assert not holds(text, exchange="started > 0.0")
    assert holds(text, exchange='response["age"] == "0" || login')


def test_a_proof_that_holds_outweighs_one_that_fails() -> None:
    evidence: dict[str, list[dict[str, object]]] = {
        "holds": [{"exchange": "status == 401"}],
        "fails": [{"exchange": "status == 200"}],
    }
    contradictory = LOGIN.format(200, 1) + LOGIN.format(401, 1)
    assert [found.holds for found in observe(evidence, contradictory)] == [True]
    assert [found.holds for found in observe(evidence, LOGIN.format(200, 1))] == [False]


def test_a_log_is_matched_by_lines_and_by_side() -> None:
    log = "2026-11-30T07:00:00Z INFO started\n2026-11-30T07:00:01Z ERROR relay refused\n"
    (found,) = observe({"holds": [{"log": "^error relay (refused|closed)$"}]}, log, name="api.log")
    assert (found.quote, found.where) == ("ERROR relay refused", "api.log, line 2")
    assert not holds(log, log="started[\\s]+2026")
    console = "main.4be1d2.js:2 Uncaught Error: relay refused\n"
    assert holds(console, log="relay refused", side="frontend", name="console.log")
    assert not holds(console, log="relay refused", side="backend", name="console.log")


def test_an_exchange_may_need_a_line_of_a_log_or_a_fact_beside_it() -> None:
    log = "2026-11-30T07:00:01Z ERROR relay refused\n"
    assert holds(LOGIN.format(500, 1), log, exchange="login", log="relay refused")
    assert not holds(LOGIN.format(500, 1), exchange="login", log="relay refused")
    code = 'const c = { relayHost: "other.example" };'
    assert holds(LOGIN.format(500, 1), code, exchange="login", config='name == "relayHost" && value != this.host')
    assert not holds(LOGIN.format(500, 1), code, exchange="login", no_config='name == "relayHost"')


def test_facts_of_configuration_are_compared_with_each_other() -> None:
    code = 'const c = { relayHost: "a", port: 25 };\nconst d = { relayHost: "b" };'
    assert holds(
        code,
        config='name == "relayHost" && side == "backend"',
        other_config='name == "relayHost" && value != this.value',
    )
    assert not holds(code, config='name == "port"', other_config='name == "port"')
    assert holds(code, config="value == 25", no_config='name == "missing"')


def test_what_an_expression_fails_on_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert not holds('const c = { relayHost: "http://[hunter2" };', config='host_of(value) == "a"')
    assert "hunter2" not in caplog.text


def test_many_exchanges_are_compared_in_bounded_time() -> None:
    many = "".join(LOGIN.format(401, number) for number in range(1_500))
    assert not holds(many, exchange="login", earlier="url != this.url", later="url != this.url")
