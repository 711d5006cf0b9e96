"""What a login by a provider shows, and what looks like it."""

from tests.kb_findings.recorded import (
    API,
    BY_SDK,
    CORS,
    EXPOSED,
    PAGE,
    Entry,
    call,
    console,
    debug_log,
    fails,
    holds,
    near_miss,
    sign_in,
)

CALLBACK = f"{PAGE}/auth/callback/google"
GOOGLE = "https://accounts.google.com/o/oauth2/v2/auth?client_id={client}&response_type=code&scope={scope}&redirect_uri={redirect}"
INVALID_GRANT = 'Received response with status 400 and body {"error":"invalid_grant"}'
EXPO_TOKEN = "e30.eyJhdWQiOiJob3N0LmV4cC5FeHBvbmVudCJ9.c2ln"  # {"aud": "host.exp.Exponent"}


def authorisation_url(
    redirect: str = CALLBACK, scope: str = "openid email", page: str = PAGE, status: int = 200, client: str = "1"
) -> Entry:
    query = f"thirdPartyId=google&redirectURIOnProviderDashboard={redirect}"
    url = GOOGLE.format(client=client, scope=scope, redirect=redirect).replace(" ", "%20")
    answer = {"status": "OK", "urlWithQueryParams": url}
    return call(f"GET /auth/authorisationurl?{query}", status, page=page, headers=BY_SDK, answers=CORS, received=answer)


def provider_page(redirect: str = CALLBACK, scope: str = "openid email") -> Entry:
    url = GOOGLE.format(client="1", scope=scope, redirect=redirect).replace(" ", "%20")
    return call(f"GET {url}", 302, kind="document")


def callback(page: str = PAGE) -> Entry:
    return call(f"GET {page}/auth/callback/google?code=c1&state=s1", 200, page="", kind="document")


def signinup(
    status: int = 200, received: object = None, redirect: str = CALLBACK, provider: str = "google", code: str = "c1"
) -> Entry:
    uri = {"redirectURIOnProviderDashboard": redirect, "redirectURIQueryParams": {"code": code}}
    return call(
        "POST /auth/signinup",
        status,
        headers=BY_SDK,
        answers=EXPOSED if status == 200 else CORS,
        sent={"thirdPartyId": provider, "redirectURIInfo": uri},
        received={"status": "OK"} if received is None else received,
    )


def at(date: str, host: str = API) -> Entry:
    return call(f"GET {host}/x", 200, headers=BY_SDK if host == API else {}, answers={**CORS, "date": date})


RIGHT, WRONG = "Mon, 30 Nov 2026 07:00:01 GMT", "Mon, 30 Nov 2026 07:20:01 GMT"
OTHERS = [at(RIGHT, "https://a.example.net"), at(RIGHT, "https://b.example.org")]

CASES = [
    holds("signinup-sent-twice-by-browser", signinup(), signinup(500, INVALID_GRANT)),
    fails("signinup-sent-twice-by-browser", signinup()),
    # Its preflight is no second request, and another code another attempt.
    near_miss("signinup-sent-twice-by-browser", call("OPTIONS /auth/signinup", 204, kind="preflight"), signinup()),
    near_miss("signinup-sent-twice-by-browser", signinup(code="c1"), signinup(code="c2")),
    holds("redirect-uri-differs-between-steps", authorisation_url(), signinup(500, INVALID_GRANT, CALLBACK + "/")),
    holds("redirect-uri-differs-between-steps", provider_page(), signinup(500, INVALID_GRANT, CALLBACK + "/")),
    holds("redirect-uri-differs-between-steps", debug_log('{"error":"redirect_uri_mismatch"}')),
    fails("redirect-uri-differs-between-steps", authorisation_url(), signinup()),
    fails("redirect-uri-differs-between-steps", provider_page(), signinup()),
    holds("invalid-grant-error", signinup(500, INVALID_GRANT)),
    holds("invalid-grant-error", debug_log(INVALID_GRANT)),
    fails("invalid-grant-error", signinup(500, "third party user id is missing")),
    holds("server-clock-wrong", at(WRONG), *OTHERS),
    holds("server-clock-wrong", debug_log('JWTClaimValidationFailed: "iat" claim timestamp check failed')),
    fails("server-clock-wrong", at(RIGHT), *OTHERS),
    # The client's clock is wrong: all servers agree. And one other server is no majority.
    near_miss("server-clock-wrong", at(WRONG), at(WRONG, "https://a.example.net"), at(WRONG, "https://b.example.org")),
    near_miss("server-clock-wrong", at(WRONG), OTHERS[0]),
    # So ends every access token.
    near_miss("server-clock-wrong", debug_log('getInfoFromAccessToken: "exp" claim timestamp check failed')),
    holds(
        "client-config-error",
        authorisation_url(status=500)
        | {"response": signinup(500, "please provide exactly one client config or pass clientType")["response"]},
    ),
    holds(
        "client-config-error",
        debug_log("Error: please provide exactly one client config or pass clientType or tenantId"),
    ),
    near_miss("client-config-error", signinup(500, INVALID_GRANT)),
    holds("fails-before-provider-page", authorisation_url(status=500)),
    fails("fails-before-provider-page", authorisation_url(), signinup(500)),
    fails("fails-before-provider-page", authorisation_url(), callback()),
    holds("provider-page-refuses-client-id", authorisation_url(client="None")),
    holds("provider-page-refuses-client-id", authorisation_url(client="")),
    near_miss("provider-page-refuses-client-id", authorisation_url(client="None-of-ours")),
    fails("provider-page-refuses-client-id", authorisation_url(), callback(), signinup()),
    holds("no-signinup-request-after-callback", authorisation_url(), callback()),
    fails("no-signinup-request-after-callback", authorisation_url(), callback(), signinup()),
    holds("login-and-callback-origins-differ", authorisation_url(), callback("https://www.example.com")),
    holds("login-and-callback-origins-differ", console("Error: No valid auth state present in session storage")),
    fails("login-and-callback-origins-differ", authorisation_url(), callback()),
    holds(
        "state-differs-error",
        console("Error: Auth state verification failed. The auth provider responded with an invalid state"),
    ),
    near_miss(
        "state-differs-error",
        console("Error: Auth state verification failed. The auth provider took too long to respond"),
    ),
    holds("no-email-from-provider", signinup(received={"status": "NO_EMAIL_GIVEN_BY_PROVIDER"})),
    fails("no-email-from-provider", signinup()),
    holds("scope-lacks-email", provider_page(scope="openid profile"), signinup()),
    holds("scope-lacks-email", authorisation_url(scope="openid https://www.googleapis.com/auth/drive")),
    holds("scope-lacks-email", ("a.ts", 'ThirdParty.init({ clients: [{ scope: ["read:org"] }] });')),
    fails("scope-lacks-email", provider_page(scope="read:user user:email"), signinup()),
    fails("scope-lacks-email", authorisation_url(scope="https://www.googleapis.com/auth/userinfo.email")),
    fails("scope-lacks-email", ("a.py", 'ProviderClientConfig(client_id="a", scope=["openid", "email"])')),
    holds("custom-scope-configured", ("a.py", 'ProviderClientConfig(client_id="a", scope=["openid"])')),
    fails("custom-scope-configured", ("a.ts", 'clients: [{ clientId: "a", clientSecret: "b" }],')),
    holds("token-audience-error", signinup(500, 'JWTClaimValidationFailed: unexpected "aud" claim value')),
    holds("token-audience-error", debug_log("InvalidAudienceError: Audience doesn't match")),
    near_miss("token-audience-error", signinup(500, INVALID_GRANT)),
    holds("provider-is-apple", signinup(provider="apple")),
    holds("provider-is-apple", call("GET /auth/authorisationurl?thirdPartyId=apple", 200, headers=BY_SDK)),
    holds(
        "provider-is-apple",
        call("GET https://appleid.apple.com/auth/authorize?client_id=a&redirect_uri=b", 200, kind="document"),
    ),
    holds("provider-is-apple", call("POST /auth/callback/apple", 303, kind="document")),
    fails("provider-is-apple", signinup(500, INVALID_GRANT)),
    holds("apple-callback-answers-500", call("POST /auth/callback/apple", 500, kind="document")),
    fails("apple-callback-answers-500", call("POST /auth/callback/apple", 303, kind="document")),
    holds("provider-refuses-client-credentials", signinup(500, '{"error":"invalid_client"}')),
    holds("provider-refuses-client-credentials", debug_log("AADSTS7000215: Invalid client secret provided")),
    fails("provider-refuses-client-credentials", signinup(500, INVALID_GRANT)),
    holds(
        "runs-in-expo-go",
        call(
            "POST /auth/signinup",
            500,
            headers=BY_SDK,
            sent={"thirdPartyId": "apple", "oAuthTokens": {"id_token": EXPO_TOKEN}},
        ),
    ),
    holds("runs-in-expo-go", debug_log("aud is host.exp.Exponent")),
    near_miss("runs-in-expo-go", signinup(provider="apple")),
    near_miss("provider-is-apple", sign_in()),
]
