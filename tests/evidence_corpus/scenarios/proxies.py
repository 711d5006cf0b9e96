"""Something between browser and backend changes paths, headers or answers."""

from tests.evidence_corpus.scenarios.registry import Files, signed_in_then_expired
from tests.evidence_corpus.stage import API, PROXY, proxied, shop

SPA = '<!doctype html><html><head><title>Shop</title></head><body><div id="root"></div><script src="/static/js/main.8f3c.js"></script></body></html>'
FASTLY_HIT = {"age": "412", "x-cache": "HIT", "cf-cache-status": "HIT", "cache-control": "public, max-age=600"}


def nginx_header_limit() -> Files:
    permissions = [f"warehouse:{area}:{right}" for area in range(45) for right in ("read", "write", "approve")]
    with shop(proxy=proxied(), backend={"claims": {"st-perm": {"t": 1, "v": permissions}}}) as stage:
        stage.do("app.signIn()", settle_ms=400)
        return {"har": stage.har(), "nginx.log": stage.nginx_log(), "api.log": stage.api_log(15)}


def cookies_stripped() -> Files:
    return signed_in_then_expired(proxy=proxied('proxy_set_header Cookie "";'))


def front_token_stripped_on_refresh() -> Files:
    stripped = proxied(location="/auth/session/refresh", inside="proxy_hide_header front-token;")
    everything = f"location / {{ proxy_pass http://127.0.0.1:{API}; proxy_set_header Host $host; }} }}"
    return signed_in_then_expired(proxy=stripped[:-1] + everything)


def front_token_hidden_on_refresh() -> Files:
    hidden = proxied(location="/auth/session/", inside="proxy_hide_header Access-Control-Expose-Headers;")
    everything = f"location / {{ proxy_pass http://127.0.0.1:{API}; proxy_set_header Host $host; }} }}"
    return signed_in_then_expired(proxy=hidden[:-1] + everything)


def prefix_stripped() -> Files:
    """nginx serves the API under /dev and removes that; only the frontend knows."""
    stripped = f"server {{ listen 127.0.0.1:{PROXY} ssl; $TLS location /dev/ {{ proxy_pass http://127.0.0.1:{API}/; proxy_set_header Host $host; }} }}"
    return signed_in_then_expired(
        proxy=stripped, frontend={"appInfo": {"apiGatewayPath": "/dev"}, "api": "https://api.example.com/dev"}
    )


def base_path_rewritten() -> Files:
    """nginx maps /api/auth to /auth; the frontend's apiBasePath is /api/auth, the backend's /auth."""
    rewritten = (
        f"server {{ listen 127.0.0.1:{PROXY} ssl; $TLS location /api/auth/ {{ proxy_pass http://127.0.0.1:{API}/auth/; proxy_set_header Host $host; }}"
        f" location / {{ proxy_pass http://127.0.0.1:{API}; proxy_set_header Host $host; }} }}"
    )
    return signed_in_then_expired(proxy=rewritten, frontend={"appInfo": {"apiBasePath": "/api/auth"}})


def prefix_unknown_to_frontend() -> Files:
    stripped = (
        f"server {{ listen 127.0.0.1:{PROXY} ssl; $TLS location /dev/ {{ proxy_pass http://127.0.0.1:{API}/; proxy_set_header Host $host; }}"
        ' location / { default_type application/json; add_header x-amzn-errortype MissingAuthenticationTokenException always; return 403 \'{"message":"Missing Authentication Token"}\'; } }'
    )
    with shop(proxy=stripped, frontend={"api": "https://api.example.com/dev"}) as stage:
        stage.do("app.call('/products')")
        stage.do("app.signIn()", settle_ms=400)
        return {"har": stage.har(), "console.log": stage.console()}


def cached_by_cdn() -> Files:
    with shop(backend={"overwrites": {"/auth/session/refresh": FASTLY_HIT}}) as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.let_token_expire()
        stage.do("app.call('/sessioninfo')", settle_ms=500)
        return {"har": stage.har(9), "console.log": stage.console()}


def everything_is_200() -> Files:
    spa = {"mountAt": "/internal", "answersEverything": SPA}
    with shop(backend=spa) as stage:
        stage.do("app.call('/products')", settle_ms=400)
        refresh = stage.curl("-i", "-X", "POST", "/auth/session/refresh")
        return {
            "har": stage.har(),
            "console.log": stage.console(),
            "txt": refresh + "\n" + stage.curl("-i", "-X", "POST", "/some-random-path"),
        }


def callback_not_found() -> Files:
    files = f"server {{ listen 127.0.0.1:{PROXY} ssl; $TLS root /usr/share/nginx/html; location / {{ try_files $uri $uri/ =404; }} }}"
    with shop(proxy=files, open_page=False) as stage:
        path = "/auth/callback/google?code=4%2F0AfJohX&state=ZTk5MDg0YjQ2Mg"
        return {"txt": stage.curl("-i", path).replace("api.example.com", "app.example.com")}


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
