"""The language in which findings are decided from parsed evidence: CEL, with the names listed here.

CEL (https://cel.dev) has no loops and no side effects: every expression ends, whatever evidence it looks at.
`retrieval.evidence` provides the names, docs/findings.md explains them.
"""

import re
from collections.abc import Iterator, Set

from kb.cel import load_cel
from kb.schema import Finding, ProductEvidence, Proof
from kb.source_file import Location

REQUEST_FIELDS = {"client", "cookies", "fragment", "host", "method", "origin", "path", "port", "query", "request"}
REQUEST_FIELDS |= {"request_body", "requested_headers", "resource_type", "scheme", "sent", "started", "url"}
RESPONSE_FIELDS = {"allowed_headers", "allowed_methods", "allowed_origin", "answered", "clock_ahead", "error"}
RESPONSE_FIELDS |= {"exposed_headers", "from_cache", "media_type", "received", "response", "response_body", "status"}
RESPONSE_FIELDS |= {"set_cookies"}
CONTEXT_FIELDS = {"api", "attempt", "cookies_before", "credentialed", "cross_origin", "cross_site", "page_host"}
CONTEXT_FIELDS |= {"page_origin", "preflight", "reference_clock_ahead"}
SHOWN_FIELDS = {"cookies_shown", "request_headers_shown", "response_headers_shown", "set_cookies_shown"}
EXCHANGE_FIELDS = REQUEST_FIELDS | RESPONSE_FIELDS | CONTEXT_FIELDS | SHOWN_FIELDS
"""What an expression over an exchange may name, beside the kinds of exchange that `evidence.yaml` declares."""

COOKIE_FIELDS = {"domain", "expired", "host", "http_only", "name", "path", "same_site", "secure", "size", "value"}
"""Fields of each of `set_cookies` and `cookies_before`."""

CONFIG_FIELDS = {"language", "literal", "name", "path", "side", "source", "value"}
"""What an expression over a fact of configuration may name."""

FUNCTIONS = {
    "base64_json",
    "bearer",
    "domain_matches",
    "finds",
    "host_of",
    "hosting_suffix",
    "is_ip",
    "is_localhost",
    "is_public_suffix",
    "json",
    "jwt",
}
FUNCTIONS |= {"lower", "origin_of", "path_matches", "path_of", "query_of", "registrable_domain"}
FUNCTIONS |= {"same_site", "scheme_of", "tokens"}
"""Functions beside CEL's own."""

CEL_FUNCTIONS = {"all", "bool", "contains", "double", "endsWith", "exists", "exists_one", "filter", "has", "int"}
CEL_FUNCTIONS |= {"map", "size", "startsWith", "string", "type"}
TYPES = {"bool", "list", "map", "string"}
"""What `type` may be compared with."""

_STRING = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_MEMBER = re.compile(r"\.\s*([A-Za-z_]\w*)(\s*\()?")
_BOUND = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*(\w+)\s*,")


def product_faults(product: ProductEvidence) -> Iterator[tuple[Location, str]]:
    """What is wrong with the expressions that recognise the product, each behind its place."""
    for fault in _faults(product.api or "true", EXCHANGE_FIELDS - {"api"}):
        yield ("api",), fault
    known = EXCHANGE_FIELDS
    for name, expression in product.exchanges.items():
        if name in known | {"this"}:
            yield ("exchanges", name), f"'{name}' is the name of a field: choose another one"
        for fault in _faults(expression, known):
            yield ("exchanges", name), fault
        known = known | {name}


def finding_faults(finding: Finding, kinds: Set[str]) -> Iterator[tuple[Location, str]]:
    """What is wrong with the expressions that decide a finding, each behind its place."""
    for outcome, proofs in (("holds", finding.evidence.holds), ("fails", finding.evidence.fails)):
        for index, proof in enumerate(proofs):
            for key, expression, known in _expressions(proof, EXCHANGE_FIELDS | kinds):
                for fault in _faults(expression, known):
                    yield ("evidence", outcome, index, key), fault


def _expressions(proof: Proof, exchange_fields: Set[str]) -> Iterator[tuple[str, str, Set[str]]]:
    """Each expression of a proof, behind its key and before what it may name."""
    has_other_item = proof.exchange is not None or proof.log is not None
    for key, expression, known in (
        ("exchange", proof.exchange, exchange_fields),
        ("earlier", proof.earlier, exchange_fields | {"this"}),
        ("later", proof.later, exchange_fields | {"this"}),
        ("no_later", proof.no_later, exchange_fields | {"this"}),
        ("no_exchange", proof.no_exchange, exchange_fields | {"this"}),
        ("config", proof.config, CONFIG_FIELDS | {"this"} if has_other_item else CONFIG_FIELDS),
        ("other_config", proof.other_config, CONFIG_FIELDS | {"this"}),
        ("no_config", proof.no_config, CONFIG_FIELDS | {"this"}),
    ):
        if expression is not None:
            yield key, expression, known


def _faults(expression: str, known: Set[str]) -> Iterator[str]:
    """What is wrong with one expression, which may name `known`."""
    try:
        references = load_cel().compile(expression).references()
    except ValueError as error:
        yield f"not an expression of CEL: {str(error).splitlines()[0].rsplit('<input>:', 1)[-1]}"
        return
    for name in sorted(set(references["variables"]) - known - TYPES - set(_BOUND.findall(expression))):
        yield f"unknown name '{name}'"
    for name in sorted(set(references["functions"]) - FUNCTIONS - CEL_FUNCTIONS):
        if name.isidentifier():  # the others are operators
            yield f"unknown function '{name}'"
    # CEL itself misses a field only when it looks for it.
    members = {name for name, called in _MEMBER.findall(_STRING.sub('""', expression)) if not called}
    for name in sorted(members - COOKIE_FIELDS - EXCHANGE_FIELDS - CONFIG_FIELDS - known):
        yield f"unknown field '{name}'; a header, a cookie or a value of JSON is named [\"{name}\"]"
