"""Something between browser and backend changes paths, headers or answers."""

from tests.evidence_corpus.scenarios.registry import Files, signed_in_then_expired
from tests.evidence_corpus.stage import TO_API, WITHOUT_PREFIX, nginx_server, shop

SPA = '<!doctype html><html><head><title>Shop</title></head><body><div id="root"></div></body></html>'
CDN_HIT = {"age": "412", "x-cache": "HIT", "cf-cache-status": "HIT", "cache-control": "public, max-age=600"}
NO_SUCH_ROUTE = (
    "default_type application/json; add_header x-amzn-errortype MissingAuthenticationTokenException always;"
    ' return 403 \'{"message":"Missing Authentication Token"}\';'
)


def nginx_header_limit() -> Files:
    permissions = [f"warehouse:{area}:{right}" for area in range(45) for right in ("read", "write", "approve")]
    many = {"claims": {"st-perm": {"t": 1, "v": permissions}}}
    with shop(proxy=nginx_server(("/", TO_API)), backend=many) as stage:
        stage.do("app.signIn()")
        return {"har": stage.har(), "nginx.log": stage.nginx_log(), "api.log": stage.api_log(15)}


def cookies_stripped() -> Files:
    return signed_in_then_expired(proxy=nginx_server(("/", f'{TO_API} proxy_set_header Cookie "";')))


def front_token_stripped_on_refresh() -> Files:
    refresh = ("/auth/session/refresh", f"{TO_API} proxy_hide_header front-token;")
    return signed_in_then_expired(proxy=nginx_server(refresh, ("/", TO_API)))


def front_token_hidden_on_refresh() -> Files:
    refresh = ("/auth/session/", f"{TO_API} proxy_hide_header Access-Control-Expose-Headers;")
    return signed_in_then_expired(proxy=nginx_server(refresh, ("/", TO_API)))


def prefix_stripped() -> Files:
    """nginx serves the API under /dev and removes that; only the frontend knows."""
    gateway = {"appInfo": {"apiGatewayPath": "/dev"}, "api": "https://api.example.com/dev"}
    return signed_in_then_expired(proxy=nginx_server(("/dev/", WITHOUT_PREFIX)), frontend=gateway)


def base_path_rewritten() -> Files:
    """nginx maps /api/auth to /auth; the frontend's apiBasePath is /api/auth, the backend's /auth."""
    rewritten = ("/api/", WITHOUT_PREFIX)
    frontend = {"appInfo": {"apiBasePath": "/api/auth"}}
    return signed_in_then_expired(proxy=nginx_server(rewritten, ("/", TO_API)), frontend=frontend)


def prefix_unknown_to_frontend() -> Files:
    stage_of_gateway = nginx_server(("/dev/", WITHOUT_PREFIX), ("/", NO_SUCH_ROUTE))
    with shop(proxy=stage_of_gateway, frontend={"api": "https://api.example.com/dev"}) as stage:
        stage.do("app.call('/products')")
        stage.do("app.signIn()")
        return {"har": stage.har(), "console.log": stage.console()}


def cached_by_cdn() -> Files:
    return signed_in_then_expired(backend={"overwrites": {"/auth/session/refresh": CDN_HIT}}, calls=9)


def everything_is_200() -> Files:
    with shop(backend={"mountAt": "/internal", "answersEverything": SPA}) as stage:
        stage.do("app.call('/products')")
        refresh, other = (
            stage.curl("-i", "-X", "POST", path) for path in ("/auth/session/refresh", "/some-random-path")
        )
        return {"har": stage.har(), "console.log": stage.console(), "txt": f"{refresh}\n{other}"}


def callback_not_found() -> Files:
    files = nginx_server(("/", "root /usr/share/nginx/html; try_files $uri $uri/ =404;"))
    with shop(api="https://app.example.com", website="https://www.example.com", proxy=files, open_page=False) as stage:
        return {"txt": stage.curl("-i", "/auth/callback/google?code=4%2F0AfJohX&state=ZTk5MDg0YjQ2Mg")}


SCENARIOS = (
    nginx_header_limit,
    cookies_stripped,
    front_token_stripped_on_refresh,
    front_token_hidden_on_refresh,
    prefix_stripped,
    base_path_rewritten,
    prefix_unknown_to_frontend,
    cached_by_cdn,
    everything_is_200,
    callback_not_found,
)
