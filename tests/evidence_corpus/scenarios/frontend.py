"""The frontend's own code or settings get in the way."""

from tests.evidence_corpus.scenarios.registry import Files, signed_in_then_expired, signed_in_then_used
from tests.evidence_corpus.stage import OLDER_FRONTEND, WITHOUT_PREFIX, nginx_server, shop

HEADER_MODE = {"tokenTransferMethod": "header"}


def captured_fetch() -> Files:
    return signed_in_then_expired(frontend={"fetchBeforeInit": True})


def requests_before_init() -> Files:
    with shop(frontend={"lateInit": True}) as stage:
        stage.do("app.call('/sessioninfo')")
        stage.do("app.initialise()")
        stage.do("app.signIn()")
        stage.do("app.call('/sessioninfo')")
        return {"har": stage.har(), "console.log": stage.console()}


def without_session_recipe() -> Files:
    return signed_in_then_used(frontend={"withoutSessionRecipe": True})


def credentials_same_origin() -> Files:
    return signed_in_then_used(frontend={"credentials": "same-origin"}, calls=9)


def login_page_on_401() -> Files:
    return signed_in_then_expired(frontend={"loginOn401": True})


def wrong_api_domain() -> Files:
    own = {"appInfo": {"apiDomain": "https://backend.example.com"}, "init": {"enableDebugLogs": True}}
    with shop(frontend=own, hosts={"backend.example.com": 13001}) as stage:
        stage.do("app.call('/products')")
        stage.do("app.call('/sessioninfo')")
        return {"har": stage.har(), "console.log": stage.console()}


def api_domain_with_path() -> Files:
    below_v1 = nginx_server(("/v1/", WITHOUT_PREFIX), ("/", "return 404;"))
    with shop(proxy=below_v1, frontend={"appInfo": {"apiDomain": "https://api.example.com/v1"}}) as stage:
        stage.do("app.signIn()")
        return {"har": stage.har(), "console.log": stage.console()}


def frontend_domain_of_another_site_first_visit() -> Files:
    session = {"tokenTransferMethod": "cookie", "sessionTokenFrontendDomain": ".example.org"}
    with shop(frontend={"session": session}) as stage:
        for _ in range(3):
            stage.do("app.call('/products')")
        return {"har": stage.har(), "console.log": stage.console()}


def frontend_domain_of_another_site() -> Files:
    """Signed in, then the page is loaded again: refresh is answered 200, and its token is not kept."""
    session = {"tokenTransferMethod": "cookie", "sessionTokenFrontendDomain": ".example.org"}
    return signed_in_then_expired(frontend={"session": session})


def cookies_refused_by_shell() -> Files:
    """document.cookie of a desktop shell: writes are ignored."""
    with shop(open_page=False) as stage:
        stage.page.add_init_script("Object.defineProperty(document, 'cookie', {get: () => '', set: () => true})")
        stage.page.goto("https://app.example.com")
        stage.do("app.signIn()")
        stage.do("app.call('/sessioninfo')")
        stage.do("app.call('/sessioninfo')")
        return {"har": stage.har(), "console.log": stage.console()}


def old_token_in_header_mode() -> Files:
    with shop(frontend={"session": HEADER_MODE, "authorization": True}) as stage:
        stage.do("app.signIn()")
        for _ in range(2):
            stage.let_token_expire()
            stage.do("app.call('/sessioninfo')")
        return {"har": stage.har(14), "console.log": stage.console()}


def old_token_by_hand_in_cookie_mode() -> Files:
    exposing = {"session": {"exposeAccessTokenToFrontendInCookieBasedAuth": True}}
    return signed_in_then_expired(backend=exposing, frontend={"authorization": True}, calls=9)


def empty_tenant() -> Files:
    """The SDK before 0.16; from then on it takes an empty tenant for none."""
    with shop(frontend={"tenantId": ""}, site={"bundles": str(OLDER_FRONTEND)}) as stage:
        stage.do("app.signIn()")
        return {"har": stage.har(), "console.log": stage.console()}


def tenant_of_hostname() -> Files:
    with shop(
        website="http://localhost:3000", api="http://localhost:3001", frontend={"tenantId": "localhost:3000"}
    ) as stage:
        stage.do("app.signIn()")
        return {"har": stage.har(), "console.log": stage.console()}


def graphql_with_200() -> Files:
    with shop() as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.let_token_expire()
        stage.do("app.call('/graphql', 'POST', {query: '{ me { id } }'})")
        return {"har": stage.har(), "console.log": stage.console(), "api.log": stage.api_log(25)}


SCENARIOS = (
    captured_fetch,
    requests_before_init,
    without_session_recipe,
    credentials_same_origin,
    login_page_on_401,
    wrong_api_domain,
    api_domain_with_path,
    frontend_domain_of_another_site_first_visit,
    frontend_domain_of_another_site,
    cookies_refused_by_shell,
    old_token_in_header_mode,
    old_token_by_hand_in_cookie_mode,
    empty_tenant,
    tenant_of_hostname,
    graphql_with_200,
)
