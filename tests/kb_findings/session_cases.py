"""What the requests and answers of a session show, and what looks like it."""

from tests.kb_findings.recorded import (
    BY_SDK,
    CORS,
    EXPOSED,
    TRY_REFRESH,
    UNAUTHORISED,
    Arguments,
    Entry,
    call,
    console,
    debug_log,
    fails,
    holds,
    near_miss,
    refresh,
    sign_in,
)

WITH_COOKIE = {**BY_SDK, "cookie": "sAccessToken=a1"}
EXPIRED: Arguments = {"headers": WITH_COOKIE, "answers": CORS, "received": TRY_REFRESH}
FIRST_VISIT: Arguments = {"status": 401, "headers": BY_SDK, "set_cookies": [], "received": UNAUTHORISED}
OK: Arguments = {"headers": WITH_COOKIE, "answers": CORS}
NGINX_502 = {"server": "nginx/1.22.1", "content-type": "text/html"}
T1 = "e30.eyJpYXQiOjE3NjQ0ODcwMDB9.c2ln"  # {"iat": 1764487000}
T2 = "e30.eyJpYXQiOjE3NjQ0OTA2MDB9.c2ln"  # {"iat": 1764490600}
HEADER_MODE = {"st-auth-mode": "header", "rid": "anti-csrf"}
RENEWED = {**EXPOSED, "st-access-token": T2, "st-refresh-token": "r2"}


def bearer(token: str) -> Arguments:
    return {"headers": {**HEADER_MODE, "authorization": f"Bearer {token}"}, "answers": CORS}


def renewal() -> Entry:
    return refresh(headers={**HEADER_MODE, "authorization": "Bearer r1"}, answers=RENEWED, set_cookies=[])


CASES = [
    holds("response-carries-front-token", sign_in()),
    fails("response-carries-front-token", sign_in(), refresh(answers=CORS)),
    fails("response-carries-front-token", sign_in(answers=CORS)),
    near_miss("response-carries-front-token", refresh(status=401, answers={**CORS, "front-token": "remove"})),
    holds("request-lacks-st-auth-mode", call("GET /me", 401, received=TRY_REFRESH, answers=CORS)),
    holds("request-lacks-st-auth-mode", sign_in(headers={})),
    holds("request-lacks-st-auth-mode", console("com.supertokens doRequest: Returning without interception")),
    fails("request-lacks-st-auth-mode", call("GET /me", 401, **EXPIRED)),
    # What curl doesn't send says nothing about what the page sends; a preflight never carries it.
    near_miss(
        "request-lacks-st-auth-mode",
        ("curl.txt", '$ curl -i https://api.example.com/me\nHTTP/1.1 401 Unauthorized\n\n{"message":"unauthorised"}\n'),
    ),
    near_miss("request-lacks-st-auth-mode", call("OPTIONS /me", 204, kind="preflight"), call("GET /me", 200, **OK)),
    near_miss("request-lacks-st-auth-mode", sign_in(), call("GET https://other.example.net/me", 401)),
    holds("refresh-answers-200", refresh()),
    fails("refresh-answers-200", refresh(status=401)),
    near_miss("refresh-answers-200", refresh(**FIRST_VISIT)),
    near_miss("refresh-answers-200", call("OPTIONS /auth/session/refresh", 200, kind="preflight")),
    holds("refresh-answers-401", refresh(status=401)),
    holds("refresh-answers-401", sign_in(), refresh(**FIRST_VISIT)),
    fails("refresh-answers-401", refresh()),
    # Without a session 401 is what it should be.
    near_miss("refresh-answers-401", refresh(**FIRST_VISIT)),
    near_miss("refresh-answers-401", refresh(**FIRST_VISIT), sign_in(set_cookies=[])),
    holds("refresh-answers-500", refresh(status=500)),
    fails("refresh-answers-500", refresh()),
    near_miss("refresh-answers-500", refresh(status=502)),
    holds("refresh-never-called", call("GET /me", 401, **EXPIRED), call("GET /x", 200, **OK)),
    fails("refresh-never-called", call("GET /me", 401, **EXPIRED), refresh()),
    # The recording stops; and nobody is signed in.
    near_miss("refresh-never-called", call("GET /me", 401, **EXPIRED)),
    near_miss(
        "refresh-never-called", call("GET /me", 401, headers=BY_SDK, received=UNAUTHORISED), call("GET /x", 200, **OK)
    ),
    # The first visit's refresh comes before.
    holds(
        "refresh-never-called",
        refresh(**FIRST_VISIT),
        sign_in(),
        call("GET /me", 401, **EXPIRED),
        call("GET /x", 200, **OK),
    ),
    holds(
        "refresh-loop",
        *(step for _ in range(3) for step in (call("GET /me", 401, **EXPIRED), refresh())),
    ),
    holds("refresh-loop", *(refresh(**FIRST_VISIT) for _ in range(5))),
    holds(
        "refresh-loop",
        console("Attempted to refresh the session and retry the request with the updated session tokens 10 times"),
    ),
    fails("refresh-loop", call("GET /me", 401, **EXPIRED), refresh(), call("GET /me", 200, **OK)),
    near_miss("refresh-loop", call("GET /me", 401, **EXPIRED), refresh(), call("GET /me", 401, **EXPIRED)),
    holds("unknown-path-answers-200", refresh(answers={"content-type": "text/html"}, received="<html>")),
    fails("unknown-path-answers-200", refresh(answers={**EXPOSED, "content-type": "application/json"})),
    near_miss(
        "unknown-path-answers-200",
        call("GET https://app.example.com/auth", 200, answers={"content-type": "text/html"}, kind="document"),
    ),
    holds(
        "unauthorised-body-is-foreign", sign_in(), call("GET /me", 401, headers=WITH_COOKIE, received={"detail": "No."})
    ),
    holds(
        "unauthorised-body-is-foreign", sign_in(), call("GET /me", 401, headers=WITH_COOKIE, received="Unauthorized")
    ),
    fails("unauthorised-body-is-foreign", call("GET /me", 401, **EXPIRED)),
    # The body may have been left out.
    near_miss("unauthorised-body-is-foreign", call("GET /me", 401, headers=WITH_COOKIE)),
    near_miss(
        "unauthorised-body-is-foreign", sign_in(), call("GET https://x.example.net/me", 401, received={"detail": "No."})
    ),
    holds(
        "claim-error-names-st-ev",
        call("GET /me", 403, **{**OK, "received": {"claimValidationErrors": [{"id": "st-ev"}]}}),
    ),
    fails(
        "claim-error-names-st-ev",
        call("GET /me", 403, **{**OK, "received": {"claimValidationErrors": [{"id": "st-role"}]}}),
    ),
    near_miss("claim-error-names-st-ev", call("GET /me", 403, **{**OK, "received": {"detail": "st-ev"}})),
    holds("sign-in-answers-try-refresh-token", sign_in(status=401, answers=CORS, received=TRY_REFRESH)),
    fails("sign-in-answers-try-refresh-token", sign_in()),
    near_miss("sign-in-answers-try-refresh-token", call("GET /me", 401, **EXPIRED)),
    holds(
        "graphql-errors-in-200-answer", sign_in(), call("POST /graphql", 200, **{**OK, "received": {"errors": [{}]}})
    ),
    near_miss(
        "graphql-errors-in-200-answer", sign_in(), call("POST /graphql", 200, **{**OK, "received": {"data": {}}})
    ),
    holds(
        "authorization-header-set-by-app",
        call("GET /me", 401, **bearer(T1)),
        renewal(),
        call("GET /me", 401, **bearer(T1)),
    ),
    holds(
        "authorization-header-set-by-app",
        console("setAuthorizationHeaderIfRequired: Authorization header defined by the user, not adding"),
    ),
    holds(
        "authorization-header-set-by-app",
        ("api.ts", "axios.defaults.headers.common.Authorization = `Bearer ${token}`;"),
    ),
    fails(
        "authorization-header-set-by-app",
        call("GET /me", 401, **bearer(T1)),
        renewal(),
        call("GET /me", 200, **bearer(T2)),
    ),
    # Every session's token is old at its first 401.
    near_miss("authorization-header-set-by-app", call("GET /me", 401, **bearer(T1)), renewal()),
    holds(
        "get-works-but-post-fails",
        call("GET /me", 200, **OK),
        call("POST /comment", 401, **EXPIRED),
    ),
    holds(
        "get-works-but-post-fails",
        debug_log("getSession: Returning TRY_REFRESH_TOKEN because custom header (rid) was not passed"),
    ),
    fails("get-works-but-post-fails", call("GET /me", 200, **OK), call("POST /comment", 201, **OK)),
    near_miss("get-works-but-post-fails", call("GET /me", 401, **EXPIRED), call("POST /comment", 401, **EXPIRED)),
    holds(
        "write-request-lacks-rid",
        call(
            "POST /comment", 401, headers={"st-auth-mode": "cookie", "cookie": "sAccessToken=a1"}, received=TRY_REFRESH
        ),
    ),
    holds(
        "write-request-lacks-rid",
        debug_log("getSession: Returning TRY_REFRESH_TOKEN because antiCsrfToken is missing from request"),
    ),
    fails("write-request-lacks-rid", call("POST /comment", 401, **EXPIRED)),
    near_miss(
        "write-request-lacks-rid", call("GET /me", 401, headers={"cookie": "sAccessToken=a1"}, received=TRY_REFRESH)
    ),
    holds("other-protected-calls-work", call("GET /orders", 401, **EXPIRED), call("GET /me", 200, **OK)),
    near_miss("other-protected-calls-work", call("GET /me", 401, **EXPIRED), call("GET /me", 200, **OK)),
    holds("session-answer-comes-from-cache", refresh(answers={**EXPOSED, "age": "412"})),
    holds("session-answer-comes-from-cache", refresh(status=304)),
    holds("session-answer-comes-from-cache", refresh(answers={**EXPOSED, "cf-cache-status": "HIT"})),
    holds("session-answer-comes-from-cache", refresh(answers={**EXPOSED, "x-vercel-cache": "STALE"})),
    holds("session-answer-comes-from-cache", refresh(answers={**EXPOSED, "x-cache": "Hit from cloudfront"})),
    holds("session-answer-comes-from-cache", sign_in(), call("GET /me", 200, headers=WITH_COOKIE, answers=EXPOSED)),
    holds(
        "session-answer-comes-from-cache",
        {**call("GET /me", 200, headers=WITH_COOKIE, answers=EXPOSED), "_fromCache": "disk"},
    ),
    fails("session-answer-comes-from-cache", refresh(answers={**EXPOSED, "cache-control": "no-store"})),
    near_miss(
        "session-answer-comes-from-cache", refresh(answers={**EXPOSED, "age": "0", "cf-cache-status": "DYNAMIC"})
    ),
    near_miss("session-answer-comes-from-cache", sign_in(), call("GET /logo", 200, answers={"age": "412"})),
    holds("behind-proxy-or-gateway", sign_in(answers={**EXPOSED, "server": "cloudflare"})),
    holds("behind-proxy-or-gateway", sign_in(answers={**EXPOSED, "x-amzn-requestid": "1"})),
    holds("behind-proxy-or-gateway", ("a.conf", "location / { proxy_pass http://app:3001; }")),
    near_miss(
        "behind-proxy-or-gateway",
        sign_in(),
        call("GET https://cdn.example.net/", 200, answers={"server": "cloudflare"}),
    ),
    holds(
        "proxy-rewrites-path", sign_in(), refresh(request="POST /dev/auth/session/refresh", status=401, headers=BY_SDK)
    ),
    holds(
        "proxy-rewrites-path", call("POST /auth/signinup", 403, received={"message": "Missing Authentication Token"})
    ),
    holds("proxy-rewrites-path", ("a.conf", "location /api/ { proxy_pass http://app:3001/; }")),
    holds("proxy-rewrites-path", ("a.conf", "location /api/ { rewrite ^/api/(.*) /$1 break; }")),
    holds(
        "proxy-rewrites-path",
        ("ingress.yaml", "metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/rewrite-target: /$2\n"),
    ),
    near_miss("proxy-rewrites-path", sign_in(), refresh()),
    near_miss("proxy-rewrites-path", ("a.conf", "location /api/ { proxy_pass http://app:3001; }")),
    holds(
        "header-lost-on-the-way",
        refresh(status=401),
        debug_log(
            "refreshSession: cleared all session tokens and returning UNAUTHORISED because refresh token in request is undefined"
        ),
    ),
    holds("header-lost-on-the-way", ("a.conf", "location / { proxy_hide_header Set-Cookie; }")),
    holds("header-lost-on-the-way", ("a.conf", 'location / { proxy_set_header Cookie ""; }')),
    # The first visit's log says so too.
    near_miss(
        "header-lost-on-the-way",
        refresh(**FIRST_VISIT),
        debug_log("refreshSession: returning UNAUTHORISED because refresh token in request is undefined"),
    ),
    near_miss("header-lost-on-the-way", ("a.conf", "location / { proxy_set_header Cookie $http_cookie; }")),
    holds("server-error-from-proxy", sign_in(status=502, answers=NGINX_502, set_cookies=[], received="<html>")),
    holds(
        "server-error-from-proxy",
        (
            "error.log",
            "2026/11/30 07:00:01 [error] 7#7: *1 upstream sent too big header while reading response header from upstream",
        ),
    ),
    fails("server-error-from-proxy", sign_in(status=500, answers={"content-type": "application/json"})),
    near_miss("server-error-from-proxy", sign_in(), call("GET https://x.example.net/", 502, answers=NGINX_502)),
    holds("sdk-route-answers-404", sign_in(status=404, answers={})),
    fails("sdk-route-answers-404", sign_in()),
    near_miss("sdk-route-answers-404", sign_in(), call("GET /me", 404, **OK)),
    holds("sdk-route-answers-500", sign_in(status=500)),
    fails("sdk-route-answers-500", sign_in()),
    near_miss("sdk-route-answers-500", refresh(status=500)),
    holds("double-slash-in-path", call("POST /auth//signin", 404, headers=BY_SDK)),
    fails("double-slash-in-path", sign_in()),
    near_miss("double-slash-in-path", sign_in(), call("GET https://x.example.net/a//b", 200)),
    holds("host-name-in-sdk-path", call("POST /auth/localhost:3000/signin", 404, headers=BY_SDK)),
    holds("host-name-in-sdk-path", call("POST /auth/app.example.com/signin", 404, headers=BY_SDK)),
    near_miss("host-name-in-sdk-path", call("POST /auth/customer1/signin", 200, headers=BY_SDK)),
    holds("tenant-not-found-error", sign_in(status=500, received="<pre>Error: Tenant not found</pre>")),
    holds("tenant-not-found-error", ("api.log", "Error: Tenant not found\n    at a (b.js:1:1)\n")),
    near_miss(
        "tenant-not-found-error", sign_in(), call("GET https://x.example.net/t", 404, received="tenant not found")
    ),
    holds(
        "page-route-answers-404",
        sign_in(),
        call("GET https://app.example.com/auth/callback/google", 404, kind="document"),
    ),
    fails("page-route-answers-404", call("GET https://app.example.com/auth", 200, kind="document"), sign_in()),
    near_miss("page-route-answers-404", sign_in(status=404)),
    holds(
        "link-parameter-after-fragment",
        call("POST /auth/signinup/code/consume", 500, headers=BY_SDK, sent={"linkCode": "abc?utm=1"}),
    ),
    holds(
        "link-parameter-after-fragment",
        debug_log("with status code: 400 and message: Input encoding error in linkCode"),
    ),
    fails(
        "link-parameter-after-fragment",
        call("POST /auth/signinup/code/consume", 200, headers=BY_SDK, sent={"linkCode": "a-b_c"}),
    ),
    holds(
        "api-domain-differs-from-request-host",
        sign_in(headers={}),
        ("a.ts", 'import S from "supertokens-web-js";\nS.init({ appInfo: { apiDomain: "https://old.example.com" } });'),
    ),
    fails("api-domain-differs-from-request-host", sign_in()),
    # The backend's own address behind a proxy is another matter.
    near_miss(
        "api-domain-differs-from-request-host",
        sign_in(headers={}),
        ("a.py", 'init(app_info=InputAppInfo(api_domain="https://old.example.com"))'),
    ),
    near_miss("redirected-to-wrong-path", sign_in()),
    holds(
        "get-works-but-post-fails",
        ("x.log", "anti-csrf check failed. Please pass 'rid: \"session\"' header in the request"),
    ),
    fails("proxy-rewrites-path", sign_in(), refresh()),
    fails("header-lost-on-the-way", refresh()),
    fails("own-code-answers-401", call("GET /me", 401, **EXPIRED)),
    near_miss("own-code-answers-401", sign_in(), call("GET /me", 401, headers=WITH_COOKIE, received={"detail": "No."})),
    fails("request-made-by-server", call("GET /me", 401, **EXPIRED)),
    fails("graphql-errors-in-200-answer", call("GET /me", 401, **EXPIRED)),
    fails("session-created-in-route-not-fetched-by-page", sign_in()),
    fails("client-without-supertokens-sdk", sign_in()),
    fails("host-name-in-sdk-path", call("POST /auth/customer1/signin", 200, headers=BY_SDK)),
    fails("app-is-react-native", sign_in(headers={**BY_SDK, "sec-fetch-mode": "cors"})),
    fails("core-not-reachable", sign_in()),
    fails("server-error-from-proxy", sign_in()),
    holds("refresh-answers-200-without-front-token", refresh(answers=CORS)),
    fails("refresh-answers-200-without-front-token", refresh()),
    fails("refresh-answers-200-without-front-token", refresh(status=401)),
    near_miss("refresh-answers-200-without-front-token", refresh(**FIRST_VISIT)),
    fails("header-lost-on-the-way", call("GET /me", 200, **OK)),
    fails("header-lost-on-the-way", sign_in(), call("GET /me", 200, headers=BY_SDK, answers=CORS)),
]
