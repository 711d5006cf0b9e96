"""The mistakes that are recorded: each function sets one up, does what a user would, and names what it keeps."""

from collections.abc import Callable

from tests.evidence_corpus.stage import proxied, shop

Files = dict[str, str]
SCENARIOS: dict[str, Callable[[], Files]] = {}


def scenario(record: Callable[[], Files]) -> Callable[[], Files]:
    SCENARIOS[record.__name__.replace("_", "-")] = record
    return record


def signed_in_then_used(**differences: object) -> Files:
    """First visit, sign-in, one call of an own API, and what Network, Console and backend show of it."""
    with shop(**differences) as stage:  # type: ignore[arg-type]
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.do("app.call('/sessioninfo')", settle_ms=400)
        return {"har": stage.har(), "console.log": stage.console(), "api.log": stage.api_log()}


@scenario
def healthy_session() -> Files:
    with shop() as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.do("app.call('/sessioninfo')")
        stage.let_token_expire()
        stage.do("app.call('/sessioninfo')", settle_ms=400)
        stage.do("app.call('/comment', 'POST')")
        return {"har": stage.har(), "console.log": stage.console(), "api.log": stage.api_log()}


@scenario
def cookie_too_large() -> Files:
    permissions = [f"warehouse:{area}:{right}" for area in range(60) for right in ("read", "write", "approve")]
    return signed_in_then_used(backend={"claims": {"st-perm": {"t": 1, "v": permissions}}})


@scenario
def expose_headers_hidden_by_nginx() -> Files:
    return signed_in_then_used(proxy=proxied("proxy_hide_header Access-Control-Expose-Headers;"))


@scenario
def expose_headers_wildcard() -> Files:
    hidden = "proxy_hide_header Access-Control-Expose-Headers; add_header Access-Control-Expose-Headers * always;"
    return signed_in_then_used(proxy=proxied(hidden))


@scenario
def allow_headers_without_sdk_names() -> Files:
    return signed_in_then_used(
        backend={
            "corsOptions": {
                "origin": "https://app.example.com",
                "credentials": True,
                "allowedHeaders": ["content-type", "authorization"],
            }
        }
    )


@scenario
def allow_origin_wildcard() -> Files:
    return signed_in_then_used(backend={"corsOptions": {"origin": "*", "credentials": True}})


@scenario
def allow_credentials_missing() -> Files:
    return signed_in_then_used(backend={"corsOptions": {"origin": "https://app.example.com"}})


@scenario
def allowed_origin_with_slash() -> Files:
    return signed_in_then_used(backend={"corsOptions": {"origin": "https://app.example.com/", "credentials": True}})


@scenario
def cors_after_sdk() -> Files:
    return signed_in_then_used(backend={"corsAfterSdk": True})


@scenario
def cookie_domain_of_another_site() -> Files:
    return signed_in_then_used(backend={"session": {"cookieDomain": ".example.org"}})


@scenario
def captured_fetch() -> Files:
    with shop(frontend={"ownFetch": "captured"}) as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.let_token_expire()
        stage.do("app.call('/sessioninfo')", settle_ms=400)
        return {"har": stage.har(), "console.log": stage.console()}


@scenario
def credentials_same_origin() -> Files:
    return signed_in_then_used(frontend={"credentials": "same-origin"})


@scenario
def nginx_header_limit() -> Files:
    permissions = [f"warehouse:{area}:{right}" for area in range(45) for right in ("read", "write", "approve")]
    with shop(proxy=proxied(), backend={"claims": {"st-perm": {"t": 1, "v": permissions}}}) as stage:
        stage.do("app.signIn()", settle_ms=400)
        return {"har": stage.har(), "nginx.log": stage.nginx_log(), "api.log": stage.api_log()}


@scenario
def other_auth_401() -> Files:
    with shop() as stage:
        stage.do("app.signIn()")
        stage.do("app.call('/legacy')", settle_ms=2500)
        return {"har": stage.har(8), "console.log": stage.console(), "api.log": stage.api_log()}


@scenario
def own_401() -> Files:
    with shop() as stage:
        stage.do("app.signIn()")
        stage.do("app.call('/orders')", settle_ms=2500)
        return {"har": stage.har(8), "console.log": stage.console(), "api.log": stage.api_log()}
