"""CORS answered wrongly."""

from tests.evidence_corpus.scenarios.registry import Files, signed_in_then_used
from tests.evidence_corpus.stage import PROXY, TO_API, nginx_server, shop

ORIGIN = "https://app.example.com"
HIDING = f"{TO_API} proxy_hide_header Access-Control-Expose-Headers;"
HIDING_PROXY = nginx_server(("/", HIDING))
GATEWAY_OPTIONS = (
    "if ($request_method = OPTIONS) {"
    f" add_header Access-Control-Allow-Origin {ORIGIN}; add_header Access-Control-Allow-Credentials true;"
    " add_header Access-Control-Allow-Methods OPTIONS,POST,GET;"
    " add_header Access-Control-Allow-Headers Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token;"
    " add_header x-amzn-requestid $request_id; add_header x-amz-apigw-id Wd2lpHRvoAMEVug=; return 200; }"
)


def expose_headers_hidden_by_nginx() -> Files:
    return signed_in_then_used(proxy=HIDING_PROXY)


def expose_headers_public_and_direct() -> Files:
    """The same request at the public address and at the application's port."""
    with shop(proxy=HIDING_PROXY, open_page=False) as stage:
        return {"public.txt": stage.sign_in_by_curl("-i"), "direct.txt": stage.sign_in_by_curl("-i", past_proxy=True)}


def expose_headers_wildcard() -> Files:
    wildcard = f"{HIDING} add_header Access-Control-Expose-Headers * always;"
    return signed_in_then_used(proxy=nginx_server(("/", wildcard)))


def expose_headers_wildcard_then_appended() -> Files:
    """Healthy: the SDK appends to what a layer before it set."""
    with shop(backend={"presets": {"Access-Control-Expose-Headers": "*"}}, open_page=False) as stage:
        return {"txt": stage.sign_in_by_curl("-i")}


def expose_headers_of_fastapi_app() -> Files:
    exposed = ["X-Total-Count", "X-Request-Id"]
    recorded = signed_in_then_used(script="api.py", backend={"exposed": exposed})
    with shop(script="api.py", backend={"exposed": exposed}, open_page=False) as stage:
        return recorded | {"txt": stage.sign_in_by_curl("-i")}


def allow_headers_without_sdk_names() -> Files:
    own = {"origin": ORIGIN, "credentials": True, "allowedHeaders": ["content-type", "authorization"]}
    return signed_in_then_used(backend={"corsOptions": own})


def allow_headers_of_gateway() -> Files:
    return signed_in_then_used(proxy=nginx_server(("/", TO_API + GATEWAY_OPTIONS)))


def allow_origin_wildcard() -> Files:
    return signed_in_then_used(backend={"corsOptions": {"origin": "*", "credentials": True}})


def allow_origin_twice() -> Files:
    """nginx and the application both add CORS."""
    return signed_in_then_used(proxy=nginx_server(("/", f"{TO_API} add_header Access-Control-Allow-Origin * always;")))


def allow_credentials_missing() -> Files:
    return signed_in_then_used(backend={"corsOptions": {"origin": ORIGIN}})


def allowed_origin_with_slash() -> Files:
    return signed_in_then_used(backend={"corsOptions": {"origin": f"{ORIGIN}/", "credentials": True}})


def allowed_origin_without_www() -> Files:
    own = {"origin": [ORIGIN, "https://example.com"], "credentials": True}
    return signed_in_then_used(website="https://www.example.com", backend={"corsOptions": own})


def cors_after_sdk() -> Files:
    return signed_in_then_used(backend={"corsAfterSdk": True})


def cors_inside_sdk_in_fastapi() -> Files:
    with shop(script="api.py", backend={"corsInside": True}, open_page=False) as stage:
        asked = ("-H", "Access-Control-Request-Method: POST", "-H", "Access-Control-Request-Headers: content-type,rid")
        preflight = stage.curl("-i", "-X", "OPTIONS", "/auth/signin", "-H", f"Origin: {ORIGIN}", *asked)
        return {"txt": preflight + "\n" + stage.sign_in_by_curl("-i")}


def analytics_with_wildcard() -> Files:
    """Healthy: a tracker answers with `*`, which is nobody's business."""
    with_wildcards = "add_header Access-Control-Allow-Origin *; add_header Access-Control-Expose-Headers *; return 204;"
    both = nginx_server(("/", TO_API)) + nginx_server(("/", with_wildcards), name="cdn.metrics.io")
    with shop(proxy=both, hosts={"cdn.metrics.io": PROXY}) as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.do("app.track('https://cdn.metrics.io/collect?v=2')")
        stage.do("app.call('/sessioninfo')")
        return {"har": stage.har(), "console.log": stage.console()}


SCENARIOS = (
    expose_headers_hidden_by_nginx,
    expose_headers_public_and_direct,
    expose_headers_wildcard,
    expose_headers_wildcard_then_appended,
    expose_headers_of_fastapi_app,
    allow_headers_without_sdk_names,
    allow_headers_of_gateway,
    allow_origin_wildcard,
    allow_origin_twice,
    allow_credentials_missing,
    allowed_origin_with_slash,
    allowed_origin_without_www,
    cors_after_sdk,
    cors_inside_sdk_in_fastapi,
    analytics_with_wildcard,
)
