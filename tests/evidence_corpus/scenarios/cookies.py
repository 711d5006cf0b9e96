"""Cookies that the browser refuses, keeps too long, or does not send."""

from typing import Any

from tests.evidence_corpus.scenarios.registry import Files, signed_in_then_expired, signed_in_then_used
from tests.evidence_corpus.stage import SITE, Stage, shop

PERMISSIONS = [f"warehouse:{area}:{right}" for area in range(60) for right in ("read", "write", "approve")]
MANY_CLAIMS = {"claims": {"st-perm": {"t": 1, "v": PERMISSIONS}}}
ONE_PROCESS = ("--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process")
"""So that the tools of the page also see what its frames send."""
NO_THIRD_PARTY_COOKIES = ("--test-third-party-cookie-phaseout",)


def cookie_too_large() -> Files:
    return signed_in_then_used(backend=MANY_CLAIMS)


def header_mode_token_too_large() -> Files:
    header_mode = {"session": {"tokenTransferMethod": "header"}}
    return signed_in_then_used(backend=MANY_CLAIMS, frontend=header_mode, calls=7)


def cookie_domain_of_another_site() -> Files:
    return signed_in_then_used(backend={"session": {"cookieDomain": ".example.org"}})


def samesite_none_insecure_on_localhost() -> Files:
    return signed_in_then_used(website="https://localhost:3000", api="http://localhost:3001")


def samesite_none_on_http_api() -> Files:
    with shop(api="http://api.example.com", open_page=False) as stage:
        return {"txt": stage.sign_in_by_curl("-i"), "api.log": stage.api_log(30)}


def secure_cookie_over_http() -> Files:
    secure = {"session": {"cookieSecure": True}}
    return signed_in_then_used(website="http://app.example.com", api="http://api.example.com", backend=secure)


def secure_cookie_on_http_localhost() -> Files:
    """Healthy in Chrome: localhost counts as trustworthy."""
    secure = {"session": {"cookieSecure": True}}
    return signed_in_then_used(website="http://localhost:3000", api="http://localhost:3001", backend=secure)


def api_on_another_domain() -> Files:
    return signed_in_then_used(api="https://api.other.com", flags=NO_THIRD_PARTY_COOKIES)


def onrender_with_lax() -> Files:
    lax = {"session": {"cookieSameSite": "lax"}}
    return signed_in_then_used(
        website="https://shop-web.onrender.com", api="https://shop-api.onrender.com", backend=lax
    )


def azure_region_with_lax() -> Files:
    region = "eastus-01.azurewebsites.net"
    return signed_in_then_used(website=f"https://shop-web.{region}", api=f"https://shop-api.{region}")


def localhost_page_and_ip_api() -> Files:
    return signed_in_then_used(website="http://localhost:3000", api="http://127.0.0.1:3001")


def framed_by_partner() -> Files:
    framing = {"inFrameOf": "https://app.example.com/"}
    flags = (*NO_THIRD_PARTY_COOKIES, *ONE_PROCESS)
    with shop(hosts={"partner.net": SITE}, site=framing, flags=flags, open_page=False) as stage:
        stage.page.goto("https://partner.net/embed")
        frame = stage.page.frames[-1]
        frame.wait_for_function("window.app")
        for step in ("app.hasSession()", "app.signIn()", "app.call('/sessioninfo')"):
            frame.evaluate(f"{step}.catch(window.reportError)")
            stage.settle()
        return {"har": stage.har(), "console.log": stage.console()}


def _with_cookie_of_old_domain(stage: Stage) -> Files:
    """A browser that kept the cookies from before cookieDomain was changed."""
    stage.do("app.hasSession()")
    stage.do("app.signIn()")
    context = stage.page.context
    for cookie in context.cookies("https://api.example.com/auth/session/refresh"):
        if cookie["httpOnly"]:
            kept: Any = {key: cookie[key] for key in ("name", "value", "path", "httpOnly", "secure")}
            context.add_cookies([kept | {"domain": ".example.com"}])
    stage.do("app.call('/sessioninfo')")
    return {"har": stage.har(9), "console.log": stage.console(), "api.log": stage.api_log(40)}


def two_access_tokens() -> Files:
    with shop() as stage:
        return _with_cookie_of_old_domain(stage)


def two_access_tokens_and_older_domain_set() -> Files:
    with shop(backend={"session": {"olderCookieDomain": ".example.com"}}) as stage:
        return _with_cookie_of_old_domain(stage)


def one_session_for_an_hour() -> Files:
    """Healthy: sign-in and calls, nothing expires."""
    return signed_in_then_used(validity=3600)


def healthy_session() -> Files:
    return signed_in_then_expired()


def healthy_header_mode() -> Files:
    return signed_in_then_expired(frontend={"session": {"tokenTransferMethod": "header"}})


SCENARIOS = (
    cookie_too_large,
    header_mode_token_too_large,
    cookie_domain_of_another_site,
    samesite_none_insecure_on_localhost,
    samesite_none_on_http_api,
    secure_cookie_over_http,
    secure_cookie_on_http_localhost,
    api_on_another_domain,
    onrender_with_lax,
    azure_region_with_lax,
    localhost_page_and_ip_api,
    framed_by_partner,
    two_access_tokens,
    two_access_tokens_and_older_domain_set,
    one_session_for_an_hour,
    healthy_session,
    healthy_header_mode,
)
