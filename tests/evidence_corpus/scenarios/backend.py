"""Mistakes on the backend that curl and the debug log show."""

from tests.evidence_corpus.scenarios.registry import Files, signed_in_then_used
from tests.evidence_corpus.stage import shop

JSON = ("-H", "content-type: application/json")
COMMENT = ("-X", "POST", "/comment", *JSON, "-d", '{"text":"hi"}')
REFRESH = ("-X", "POST", "/auth/session/refresh")


def email_not_verified() -> Files:
    return signed_in_then_used(backend={"emailVerification": True}, validity=3600)


def other_auth_401() -> Files:
    with shop() as stage:
        stage.do("app.signIn()")
        stage.do("app.call('/legacy')")
        return {"har": stage.har(11), "console.log": stage.console(), "api.log": stage.api_log(60)}


def own_401() -> Files:
    with shop() as stage:
        stage.do("app.signIn()")
        stage.do("app.call('/orders')")
        return {"har": stage.har(11), "console.log": stage.console(), "api.log": stage.api_log(60)}


def rid_not_sent() -> Files:
    """Cookies of another site's login, sent by a script that knows nothing of anti-CSRF."""
    with shop(api="https://api.other.com", validity=3600, open_page=False) as stage:
        stage.sign_in_by_curl("-i")
        read = stage.curl("-i", "/sessioninfo", cookies=True)
        write = stage.curl("-i", *COMMENT, cookies=True)
        return {"txt": read + "\n" + write, "api.log": stage.api_log(14)}


def anti_csrf_token_not_sent() -> Files:
    with shop(backend={"session": {"antiCsrf": "VIA_TOKEN"}}, validity=3600, open_page=False) as stage:
        stage.sign_in_by_curl("-i")
        write = stage.curl("-v", *COMMENT, "-H", "rid: anti-csrf", cookies=True)
        return {"txt": write, "api.log": stage.api_log(14)}


def tenant_from_base_path() -> Files:
    with shop(backend={"appInfo": {"apiBasePath": "/api"}}, open_page=False) as stage:
        stage.sign_in_by_curl("-i")
        return {"txt": stage.sign_in_by_curl("-i", path="/api/auth/signin"), "api.log": stage.api_log(60)}


def base_path_not_matched() -> Files:
    with shop(backend={"appInfo": {"apiBasePath": "/api/auth"}}, open_page=False) as stage:
        return {"txt": stage.sign_in_by_curl("-i"), "api.log": stage.api_log(12)}


def mounted_under_prefix() -> Files:
    with shop(backend={"mountAt": "/api"}, open_page=False) as stage:
        return {"txt": stage.sign_in_by_curl("-v"), "api.log": stage.api_log(12)}


def session_of_webhook() -> Files:
    with shop(open_page=False) as stage:
        agent = ("-H", "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        event = stage.curl("-i", "-X", "POST", "/webhook", *JSON, *agent, "-d", '{"type":"checkout.session.completed"}')
        return {"txt": event, "api.log": stage.api_log(12)}


def core_refuses_connection() -> Files:
    with shop(backend={"core": "http://127.0.0.1:3568"}, open_page=False) as stage:
        return {"txt": stage.sign_in_by_curl("-i"), "api.log": stage.api_log(40)}


def recipe_missing_in_backend() -> Files:
    with shop(backend={"callsUserRoles": True}, open_page=False) as stage:
        stage.sign_in_by_curl("-i")
        return {"txt": stage.curl("-i", "/roles", cookies=True), "api.log": stage.api_log(12)}


def ended_session() -> Files:
    """Healthy: refresh without a session is answered 401."""
    with shop(open_page=False) as stage:
        origin = ("-H", "Origin: https://app.example.com")
        return {"txt": stage.curl("-i", *REFRESH, *origin, "-H", "st-auth-mode: cookie", "-H", "rid: session")}


def two_refresh_tokens_sent() -> Files:
    with shop(open_page=False) as stage:
        stage.sign_in_by_curl("-i")
        tokens = {name: stage.cookie(name) for name in ("sAccessToken", "sRefreshToken")}
        old = "; ".join(f"{name}={value}; {name}={value[:-4]}AAAA" for name, value in tokens.items())
        names = ("-H", "rid: session", "-H", "st-auth-mode: cookie")
        return {"txt": stage.curl("-v", *REFRESH, *names, "-H", f"Cookie: {old}"), "api.log": stage.api_log(12)}


def refresh_token_in_wrong_header() -> Files:
    with shop(backend={"session": {}}, open_page=False) as stage:
        answer = stage.sign_in_by_curl("-i", mode="header")
        token = next(line.split(": ", 1)[1] for line in answer.splitlines() if line.startswith("st-refresh-token"))
        headers = ("-H", "st-auth-mode: header", "-H", f"st-refresh-token: {token}")
        return {"txt": stage.curl("-v", *REFRESH, *headers), "api.log": stage.api_log(10)}


SCENARIOS = (
    email_not_verified,
    other_auth_401,
    own_401,
    rid_not_sent,
    anti_csrf_token_not_sent,
    tenant_from_base_path,
    base_path_not_matched,
    mounted_under_prefix,
    session_of_webhook,
    core_refuses_connection,
    recipe_missing_in_backend,
    ended_session,
    two_refresh_tokens_sent,
    refresh_token_in_wrong_header,
)
