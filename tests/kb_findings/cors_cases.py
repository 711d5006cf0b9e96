"""What CORS shows, and what looks like it."""

from tests.kb_findings.recorded import (
    API,
    BY_SDK,
    CORS,
    EXPOSED,
    FRONT_TOKEN,
    PAGE,
    call,
    console,
    fails,
    har,
    holds,
    near_miss,
    preflight,
    refresh,
    sign_in,
)


def exposing(names: str | None) -> dict[str, str]:
    exposed = {} if names is None else {"access-control-expose-headers": names}
    return {**CORS, "front-token": FRONT_TOKEN, **exposed}


def blocked(reason: str, url: str = f"{API}/auth/signin") -> tuple[str, str]:
    return console(f"Access to fetch at '{url}' from origin '{PAGE}' has been blocked by CORS policy: {reason}")


WILDCARD_BLOCKED = (
    "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the "
    "request's credentials mode is 'include'."
)
HEALTHY = [preflight(), sign_in(), call("GET /profile", 200, headers=BY_SDK, answers=CORS), refresh()]
BLOCKED = sign_in(status=0, answers={}, set_cookies=[], received=None)
BLOCKED["response"]["_error"] = "net::ERR_FAILED"
ALLOWED = {**CORS, "access-control-allow-headers": "content-type,rid,st-auth-mode"}

CASES = [
    *(
        fails(finding, har(*HEALTHY))
        for finding in (
            "expose-headers-is-wildcard",
            "expose-headers-lists-other-names",
            "expose-headers-absent",
            "front-token-exposed-except-on-refresh",
            "preflight-refuses-a-header",
            "preflight-refuses-the-method",
            "allow-origin-is-wildcard",
            "allow-origin-names-another-origin",
            "allow-credentials-not-true",
            "only-real-response-lacks-cors-headers",
        )
    ),
    holds("expose-headers-is-wildcard", sign_in(answers=exposing("*"))),
    holds("expose-headers-is-wildcard", ("a.ts", 'app.use(cors({ origin: ["https://a.com"], exposedHeaders: "*" }));')),
    holds("expose-headers-is-wildcard", ("a.py", 'app.add_middleware(CORSMiddleware, expose_headers=["*"])')),
    holds("expose-headers-is-wildcard", ("a.conf", 'server { add_header Access-Control-Expose-Headers "*" always; }')),
    fails("expose-headers-is-wildcard", ("a.ts", 'app.use(cors({ exposedHeaders: ["front-token", "x-total"] }));')),
    # Another host's wildcard is none of the product's.
    near_miss(
        "expose-headers-is-wildcard",
        sign_in(),
        call("POST https://stats.example.net/e", 200, answers={"access-control-expose-headers": "*"}),
    ),
    # The SDK appended its name, and browsers read that.
    near_miss("expose-headers-is-wildcard", sign_in(answers=exposing("*, front-token"))),
    holds("expose-headers-lists-other-names", sign_in(answers=exposing("X-Total-Count, Link"))),
    holds("expose-headers-lists-other-names", ("settings.py", 'CORS_EXPOSE_HEADERS = ["X-Total-Count"]')),
    near_miss("expose-headers-lists-other-names", ("a.py", 'f(CORSMiddleware, expose_headers=["front-token", "x"])')),
    holds("expose-headers-absent", sign_in(answers=exposing(None))),
    holds("expose-headers-absent", ("a.conf", "location / { proxy_hide_header Access-Control-Expose-Headers; }")),
    # Page and API share an origin: nothing needs to be exposed.
    near_miss("expose-headers-absent", sign_in(page=API, answers={"front-token": FRONT_TOKEN})),
    # "The session is gone" is nothing to read.
    near_miss("expose-headers-absent", refresh(status=401, answers={**CORS, "front-token": "remove"})),
    # A recording of nothing but a refresh doesn't say what other responses expose.
    near_miss("expose-headers-absent", refresh(answers=exposing(None))),
    near_miss("front-token-exposed-except-on-refresh", refresh(answers=exposing(None))),
    holds("front-token-exposed-except-on-refresh", sign_in(), refresh(answers=exposing("X-Total-Count"))),
    fails("front-token-exposed-except-on-refresh", sign_in(answers=exposing(None))),
    holds(
        "preflight-refuses-a-header",
        preflight(answers={**CORS, "access-control-allow-headers": "content-type"}),
    ),
    # A wildcard doesn't count where cookies go along.
    holds("preflight-refuses-a-header", preflight(answers={**CORS, "access-control-allow-headers": "*"})),
    holds(
        "preflight-refuses-a-header",
        blocked("Request header field rid is not allowed by Access-Control-Allow-Headers in preflight response."),
    ),
    holds(
        "preflight-refuses-a-header",
        console(
            "Cross-Origin Request Blocked: (Reason: header ‘st-auth-mode’ is not allowed according to header "
            "‘Access-Control-Allow-Headers’ from CORS preflight response)."
        ),
    ),
    holds("preflight-refuses-a-header", ("a.ts", 'app.use(cors({ allowedHeaders: ["content-type"] }));')),
    holds("preflight-refuses-a-header", ("a.yml", "api:\n  cors:\n    allowedHeaders:\n      - Content-Type\n")),
    near_miss(
        "preflight-refuses-a-header", ("a.ts", 'app.use(cors({ allowedHeaders: ["a", ...getAllCORSHeaders()] }));')
    ),
    near_miss(
        "preflight-refuses-a-header", ("a.py", 'f(CORSMiddleware, allow_headers=["a"] + get_all_cors_headers())')
    ),
    # Refused for another reason than its headers.
    near_miss("preflight-refuses-a-header", preflight(status=404, answers={})),
    # Its own headers are the application's matter.
    near_miss(
        "preflight-refuses-a-header",
        preflight(
            headers={"access-control-request-headers": "x-shop,st-auth-mode"},
            answers={**CORS, "access-control-allow-headers": "st-auth-mode"},
        ),
    ),
    holds("preflight-refuses-the-method", preflight(answers={**ALLOWED, "access-control-allow-methods": "GET, POST"})),
    near_miss("preflight-refuses-the-method", preflight(status=404, answers={})),
    holds("allow-origin-is-wildcard", sign_in(answers={**EXPOSED, "access-control-allow-origin": "*"})),
    # One bad response outweighs the good ones: that it was seen is what the finding says.
    holds(
        "allow-origin-is-wildcard",
        sign_in(),
        sign_in(answers={**EXPOSED, "access-control-allow-origin": "*"}),
        sign_in(),
    ),
    holds("allow-origin-is-wildcard", sign_in(answers={**EXPOSED, "access-control-allow-origin": f"*, {PAGE}"})),
    holds("allow-origin-is-wildcard", ("a.py", 'app.add_middleware(CORSMiddleware, allow_origins=["*"])')),
    holds("allow-origin-is-wildcard", ("settings.py", "CORS_ALLOW_ALL_ORIGINS = True")),
    holds("allow-origin-is-wildcard", ("a.ts", "app.use(cors());")),
    holds("allow-origin-is-wildcard", ("a.ts", 'res.setHeader("Access-Control-Allow-Origin", "*");')),
    holds("allow-origin-is-wildcard", blocked(WILDCARD_BLOCKED)),
    holds(
        "allow-origin-is-wildcard",
        console("Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."),
    ),
    near_miss("allow-origin-is-wildcard", ("a.ts", f'app.use(cors({{ origin: "{PAGE}" }}));')),
    near_miss("allow-origin-is-wildcard", blocked(WILDCARD_BLOCKED, "https://stats.example.net/e")),
    near_miss(
        "allow-origin-is-wildcard",
        sign_in(),
        call("GET https://stats.example.net/e", 200, answers={"access-control-allow-origin": "*"}),
    ),
    holds("allow-origin-names-another-origin", sign_in(answers={**EXPOSED, "access-control-allow-origin": PAGE + "/"})),
    holds(
        "allow-origin-names-another-origin",
        preflight(answers={"access-control-allow-methods": "GET", "access-control-allow-headers": "rid"}),
    ),
    holds(
        "allow-origin-names-another-origin",
        blocked(
            "The 'Access-Control-Allow-Origin' header has a value 'http://127.0.0.1:3000' that is not equal to the "
            "supplied origin."
        ),
    ),
    holds("allow-credentials-not-true", sign_in(answers={**EXPOSED, "access-control-allow-credentials": "True"})),
    holds(
        "allow-credentials-not-true",
        preflight(answers={"access-control-allow-origin": PAGE, "access-control-allow-headers": "rid"}),
    ),
    holds(
        "allow-credentials-not-true",
        blocked(
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when "
            "the request's credentials mode is 'include'."
        ),
    ),
    holds(
        "allow-credentials-not-true",
        console('Credentials flag is true, but Access-Control-Allow-Credentials is not "true".'),
    ),
    holds("allow-credentials-not-true", ("a.ts", f'app.use(cors({{ origin: "{PAGE}", credentials: false }}));')),
    near_miss("allow-credentials-not-true", ("page.ts", 'fetch("/x", { credentials: "include" });')),
    holds("only-real-response-lacks-cors-headers", preflight(), sign_in(answers={"front-token": FRONT_TOKEN})),
    holds("only-real-response-lacks-cors-headers", sign_in(answers={"front-token": FRONT_TOKEN}), preflight()),
    near_miss("only-real-response-lacks-cors-headers", sign_in(page=API, answers={"front-token": FRONT_TOKEN})),
    holds("cors-error-in-console", blocked("No 'Access-Control-Allow-Origin' header is present.")),
    holds("cors-error-in-console", blocked("Request header field rid is not allowed by Access-Control-Allow-Headers.")),
    holds(
        "cors-error-in-console",
        console(f"Cross-Origin Request Blocked: The Same Origin Policy disallows reading {API}/auth/session/refresh."),
    ),
    holds(
        "cors-error-in-console",
        console("Request header field st-auth-mode is not allowed by Access-Control-Allow-Headers."),
    ),
    near_miss("cors-error-in-console", blocked(WILDCARD_BLOCKED, "https://stats.example.net/e")),
    holds("cors-error-in-console", preflight(), BLOCKED),
    holds("cors-error-in-console", BLOCKED, preflight()),
    # Without a preflight it may as well be the network.
    near_miss("cors-error-in-console", BLOCKED),
    fails("cors-error-in-console", har(*HEALTHY)),
    fails("cors-error-in-console", sign_in(page=API)),
    fails("third-party-script-affected", preflight(answers={**CORS, "access-control-allow-headers": "content-type"})),
    fails(
        "third-party-script-affected",
        blocked("Request header field rid is not allowed by Access-Control-Allow-Headers."),
    ),
    near_miss("third-party-script-affected", sign_in()),
    holds(
        "allow-origin-is-wildcard",
        blocked(
            f"The 'Access-Control-Allow-Origin' header contains multiple values '{PAGE}, *', but only one is allowed."
        ),
    ),
]
