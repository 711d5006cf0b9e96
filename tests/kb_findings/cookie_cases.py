"""What cookies, hosts and schemes show, and what looks like it."""

from typing import Any

from tests.kb_findings.recorded import (
    ACCESS,
    BY_SDK,
    CORS,
    EXPOSED,
    FRONT_TOKEN,
    PAGE,
    REFRESH,
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

LARGE = f"sAccessToken=eyJ{'a' * 5000}; Path=/; HttpOnly; Secure; SameSite=Lax"
GONE = "sAccessToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=None"


def access(attributes: str) -> str:
    return f"sAccessToken=eyJ{'a' * 900}; Path=/; HttpOnly; {attributes}"


def elsewhere(url: str, page: str = PAGE, **changes: Any) -> Entry:  # noqa: ANN401
    """A sign-in at another address, answered to its page."""
    return sign_in(
        request=f"POST {url}/auth/signin",
        page=page,
        answers={**EXPOSED, "access-control-allow-origin": page},
        **changes,
    )


ME: Arguments = {"headers": {**BY_SDK, "cookie": "sAccessToken=a1"}, "answers": CORS}
WITHOUT_COOKIE: Arguments = {"headers": BY_SDK, "answers": CORS, "received": UNAUTHORISED}
CONFIG = "SuperTokens.init({{ appInfo: {{ apiDomain: '{}', websiteDomain: '{}' }} }});"

CASES = [
    holds("page-and-api-registrable-domains-differ", elsewhere("https://api.other.com")),
    holds(
        "page-and-api-registrable-domains-differ",
        ("a.ts", CONFIG.format("https://api.other.com", "https://app.example.com")),
    ),
    fails("page-and-api-registrable-domains-differ", sign_in()),
    fails("page-and-api-registrable-domains-differ", ("a.ts", CONFIG.format("https://api.x.co.uk", "https://x.co.uk"))),
    near_miss("page-and-api-registrable-domains-differ", elsewhere("http://127.0.0.1:3001", "http://localhost:3000")),
    near_miss(
        "page-and-api-registrable-domains-differ",
        sign_in(),
        call("GET https://stats.example.net/e", 200),
    ),
    holds("hosts-share-a-public-suffix", elsewhere("https://shop-api.onrender.com", "https://shop.onrender.com")),
    holds(
        "hosts-share-a-public-suffix",
        ("a.ts", CONFIG.format("https://a.herokuapp.com", "https://b.herokuapp.com")),
    ),
    fails("hosts-share-a-public-suffix", sign_in()),
    near_miss("hosts-share-a-public-suffix", elsewhere("https://api.a.co.uk", "https://www.b.co.uk")),
    holds("localhost-and-127-mixed", elsewhere("http://127.0.0.1:3001", "http://localhost:3000")),
    holds(
        "localhost-and-127-mixed",
        sign_in(
            request="POST http://localhost:3001/auth/signin",
            page="http://localhost:3000",
            answers={**EXPOSED, "access-control-allow-origin": "http://127.0.0.1:3000"},
        ),
    ),
    holds("localhost-and-127-mixed", ("a.ts", CONFIG.format("http://localhost:3001", "http://127.0.0.1:3000"))),
    holds(
        "localhost-and-127-mixed",
        elsewhere("http://localhost:3001", "http://localhost:3000"),
        ("a.ts", 'websiteDomain: "http://127.0.0.1:3000",'),
    ),
    fails("localhost-and-127-mixed", elsewhere("http://localhost:3001", "http://localhost:3000")),
    fails("localhost-and-127-mixed", ("a.ts", CONFIG.format("http://localhost:3001", "http://localhost:3000"))),
    # The core's address is no part of it.
    near_miss(
        "localhost-and-127-mixed",
        ("a.ts", "init({ connectionURI: 'http://127.0.0.1:3567', appInfo: { apiDomain: 'http://localhost:3001' } });"),
    ),
    holds("api-called-over-plain-http", elsewhere("http://192.168.1.20:3001", "http://192.168.1.20:3000")),
    holds("api-called-over-plain-http", ("a.py", 'api_domain="http://api.shop.test",')),
    fails("api-called-over-plain-http", sign_in()),
    fails("api-called-over-plain-http", ("a.py", 'api_domain="https://api.shop.test",')),
    near_miss("api-called-over-plain-http", elsewhere("http://localhost:3001", "http://localhost:3000")),
    holds(
        "runs-in-iframe",
        call(
            f"GET {PAGE}/", 200, headers={"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site"}, kind="document"
        ),
        sign_in(),
    ),
    # A frame of the site's own, and an advertisement's frame.
    near_miss(
        "runs-in-iframe",
        call(f"GET {PAGE}/", 200, headers={"sec-fetch-dest": "iframe", "sec-fetch-site": "same-site"}, kind="document"),
        call(
            "GET https://ads.example.net/",
            200,
            headers={"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site"},
            kind="document",
        ),
        sign_in(),
    ),
    holds("embedded-shell-instead-of-browser", sign_in(headers={**BY_SDK, "origin": "capacitor://localhost"})),
    holds(
        "embedded-shell-instead-of-browser",
        sign_in(headers={**BY_SDK, "user-agent": "Mozilla/5.0 Chrome/142.0 Electron/39.0 Safari/537.36"}),
    ),
    near_miss("embedded-shell-instead-of-browser", sign_in()),
    holds("cookie-over-4096-bytes", sign_in(set_cookies=[LARGE, REFRESH])),
    holds(
        "cookie-over-4096-bytes",
        sign_in(
            headers={"st-auth-mode": "header"},
            set_cookies=[],
            answers={**EXPOSED, "st-access-token": "a" * 4090},
        ),
    ),
    holds("cookie-over-4096-bytes", sign_in(set_cookies=[], answers={**EXPOSED, "front-token": "a" * 4090})),
    holds(
        "cookie-over-4096-bytes",
        console("Cookie “sAccessToken” is invalid because its size is too big. Max size is 4096 B."),
    ),
    fails("cookie-over-4096-bytes", sign_in()),
    near_miss(
        "cookie-over-4096-bytes", sign_in(), call("GET https://a.example.net/", 200, set_cookies=[f"big={'a' * 5000}"])
    ),
    holds("access-token-cookie-missing", sign_in(set_cookies=[LARGE])),
    holds("access-token-cookie-missing", sign_in(set_cookies=[access("Domain=.example.org; Secure; SameSite=Lax")])),
    holds("access-token-cookie-missing", sign_in(set_cookies=[access("SameSite=None")])),
    holds(
        "access-token-cookie-missing",
        elsewhere("http://api.shop.test", "http://shop.test", set_cookies=[access("Secure; SameSite=Lax")]),
    ),
    holds(
        "access-token-cookie-missing",
        elsewhere("https://api.other.com", set_cookies=[access("Secure; SameSite=Lax")]),
    ),
    holds("access-token-cookie-missing", console("Cookie “sAccessToken” has been rejected for invalid domain.")),
    fails("access-token-cookie-missing", sign_in(), call("GET /me", 200, **ME)),
    # Browsers trust localhost without TLS.
    near_miss(
        "access-token-cookie-missing",
        elsewhere("http://localhost:3001", "http://localhost:3000", set_cookies=[access("Secure; SameSite=Lax")]),
    ),
    # A sign-out takes cookies away.
    near_miss("access-token-cookie-missing", call("POST /auth/signout", 200, answers=CORS, set_cookies=[GONE])),
    holds(
        "two-cookies-of-same-name", call("GET /me", 401, headers={**BY_SDK, "cookie": "sAccessToken=a; sAccessToken=b"})
    ),
    holds("two-cookies-of-same-name", refresh(headers={**BY_SDK, "cookie": "sRefreshToken=a; sRefreshToken=b"})),
    holds("two-cookies-of-same-name", debug_log("multiple access tokens are present in request cookies")),
    near_miss("two-cookies-of-same-name", call("GET /me", 401, headers={**BY_SDK, "cookie": "sAccessToken=a; a=b"})),
    holds("samesite-none-cookie-lacks-secure", sign_in(set_cookies=[access("SameSite=None")])),
    holds("samesite-none-cookie-lacks-secure", ("a.py", 'session.init(cookie_same_site="none", cookie_secure=False)')),
    holds(
        "samesite-none-cookie-lacks-secure",
        debug_log(
            "Error: Since your API and website domain are different, for sessions to work, please use https on your apiDomain"
        ),
    ),
    holds(
        "samesite-none-cookie-lacks-secure",
        sign_in(status=500, answers=CORS, set_cookies=[], received="<pre>please use https on your apiDomain</pre>"),
    ),
    fails("samesite-none-cookie-lacks-secure", sign_in()),
    near_miss(
        "samesite-none-cookie-lacks-secure", ("a.ts", 'Session.init({ cookieSameSite: "none", cookieSecure: true });')
    ),
    near_miss("samesite-none-cookie-lacks-secure", call("POST /auth/signout", 200, answers=CORS, set_cookies=[GONE])),
    holds("samesite-lax-cookie-cross-site", elsewhere("https://api.other.com")),
    holds("samesite-lax-cookie-cross-site", elsewhere("http://127.0.0.1:3001", "http://localhost:3000")),
    holds(
        "samesite-lax-cookie-cross-site",
        console(
            "Cookie “sAccessToken” has been rejected because it is in a cross-site context and its “SameSite” is “Lax”."
        ),
    ),
    fails("samesite-lax-cookie-cross-site", sign_in()),
    fails("samesite-lax-cookie-cross-site", sign_in(set_cookies=[access("Secure; SameSite=None")])),
    # curl straight to the application's port says nothing about what browsers see.
    near_miss(
        "samesite-lax-cookie-cross-site",
        (
            "curl.txt",
            "$ curl -i -X POST http://localhost:3001/auth/signin -H 'Origin: https://app.example.com'\n"
            f"HTTP/1.1 200 OK\naccess-control-allow-origin: https://app.example.com\nfront-token: {FRONT_TOKEN}\n"
            f"set-cookie: {ACCESS}\n\n{{}}\n",
        ),
    ),
    holds("cookie-domain-attribute-refused", sign_in(set_cookies=[access("Domain=.example.org; Secure")])),
    holds(
        "cookie-domain-attribute-refused",
        elsewhere("https://a.onrender.com", set_cookies=[access("Domain=.onrender.com")]),
    ),
    holds("cookie-domain-attribute-refused", ("a.ts", 'Session.init({ cookieDomain: ".localhost" });')),
    holds("cookie-domain-attribute-refused", ("a.py", 'session.init(cookie_domain=".vercel.app")')),
    holds(
        "cookie-domain-attribute-refused",
        (
            "a.ts",
            'init({ appInfo: { apiDomain: "https://api.example.com" } });\nSession.init({ cookieDomain: ".example.org" });',
        ),
    ),
    holds("cookie-domain-attribute-refused", console("Cookie “sAccessToken” has been rejected for invalid domain.")),
    fails("cookie-domain-attribute-refused", sign_in(set_cookies=[access("Domain=.example.com; Secure")])),
    near_miss(
        "cookie-domain-attribute-refused",
        (
            "a.ts",
            'init({ appInfo: { apiDomain: "https://api.example.com" } });\nSession.init({ cookieDomain: ".example.com" });',
        ),
    ),
    holds(
        "request-lacks-cookies",
        sign_in(),
        call("GET /me", 401, **WITHOUT_COOKIE),
        refresh(),
        call("GET /me", 401, **WITHOUT_COOKIE),
    ),
    holds(
        "request-lacks-cookies",
        call("GET /me", 200, **ME),
        call("GET /orders", 401, **WITHOUT_COOKIE),
        call("GET /me", 200, **ME),
    ),
    holds("request-lacks-cookies", ("api.ts", 'const options = { credentials: "same-origin" };')),
    fails("request-lacks-cookies", sign_in(), call("GET /me", 401, **{**ME, "received": TRY_REFRESH})),
    # Nothing says that there is a session.
    near_miss("request-lacks-cookies", call("GET /me", 401, **WITHOUT_COOKIE)),
    holds("request-lacks-refresh-token", sign_in(), refresh(status=401, headers=BY_SDK, received=UNAUTHORISED)),
    fails("request-lacks-refresh-token", sign_in(), refresh()),
    # The first visit's refresh, without a session, and a recording from which cookies were left out.
    near_miss(
        "request-lacks-refresh-token", refresh(status=401, headers=BY_SDK, set_cookies=[], received=UNAUTHORISED)
    ),
    near_miss(
        "request-lacks-refresh-token",
        sign_in(set_cookies=[]),
        refresh(headers=BY_SDK, set_cookies=[]),
    ),
    holds(
        "refresh-cookie-path-does-not-cover-refresh",
        sign_in(),
        refresh(request="POST /dev/auth/session/refresh", status=401, headers=BY_SDK, set_cookies=[]),
    ),
    fails("refresh-cookie-path-does-not-cover-refresh", sign_in(), refresh()),
    fails("refresh-cookie-path-does-not-cover-refresh", sign_in(), refresh(status=401, headers=BY_SDK)),
    near_miss("refresh-cookie-path-does-not-cover-refresh", refresh(status=401, headers=BY_SDK, set_cookies=[])),
    holds(
        "session-created-in-route-not-fetched-by-page",
        call("GET /saml/acs", 302, answers={"front-token": FRONT_TOKEN}, set_cookies=[ACCESS], kind="document"),
    ),
    near_miss("session-created-in-route-not-fetched-by-page", sign_in()),
    holds(
        "document-cookie-write-fails",
        console(
            "Saving to cookies was not successful, this indicates a configuration error or the browser preventing us from writing the cookies."
        ),
    ),
    holds(
        "document-cookie-write-fails",
        console(
            "SecurityError: Failed to read the 'localStorage' property from 'Window': Access is denied for this document."
        ),
    ),
    near_miss("document-cookie-write-fails", console("Saving the cookie banner's choice was successful")),
    holds(
        "session-token-frontend-domain-is-set",
        ("a.ts", 'Session.init({ sessionTokenFrontendDomain: ".example.com" });'),
    ),
    fails(
        "session-token-frontend-domain-is-set",
        ("a.ts", 'import S from "supertokens-web-js";\nSession.init({ tokenTransferMethod: "header" });'),
    ),
    holds(
        "frontend-cookie-domain-does-not-fit-page", sign_in(), ("a.ts", 'sessionTokenFrontendDomain: ".example.org",')
    ),
    holds("frontend-cookie-domain-does-not-fit-page", ("a.ts", 'sessionTokenFrontendDomain: ".vercel.app",')),
    holds(
        "frontend-cookie-domain-does-not-fit-page",
        (
            "a.ts",
            'init({ appInfo: { websiteDomain: "https://example.com" } });\nSession.init({ sessionTokenFrontendDomain: "app.example.com" });',
        ),
    ),
    fails(
        "frontend-cookie-domain-does-not-fit-page", sign_in(), ("a.ts", 'sessionTokenFrontendDomain: ".example.com",')
    ),
    fails(
        "frontend-cookie-domain-does-not-fit-page",
        (
            "a.ts",
            'init({ appInfo: { websiteDomain: "https://app.example.com" } });\nSession.init({ sessionTokenFrontendDomain: ".example.com" });',
        ),
    ),
    fails(
        "runs-in-iframe",
        call(f"GET {PAGE}/", 200, headers={"sec-fetch-dest": "document", "sec-fetch-site": "none"}, kind="document"),
        sign_in(),
    ),
    fails("two-cookies-of-same-name", call("GET /me", 200, **ME)),
    # The browser sends one, the backend may see two.
    near_miss("two-cookies-of-same-name", call("GET /me", 401, **{**ME, "received": TRY_REFRESH})),
    fails("request-lacks-cookies", sign_in(set_cookies=[]), call("GET /me", 200, headers=BY_SDK, answers=CORS)),
]
