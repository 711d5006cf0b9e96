"""What a request passes on its way to an operation, from the outside in."""

from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.limits.admission import Admission
from api.limits.bodies import BodyLimit
from api.limits.rates import RateLimit, RateLimiter, key_of_caller, remote_network
from api.security.authentication import Authenticate
from api.security.headers import DOCUMENTATION, SecurityHeaders
from api.security.key_ring import KeyRing
from api.settings import ApiSettings
from api.telemetry.metrics import Metrics
from api.telemetry.request_context import REQUEST_ID_HEADER
from api.telemetry.requests import WatchRequests
from api.web.assets import assets
from api.web.login import LOGIN, LOGOUT
from api.web.problem_pages import ProblemPages
from api.web.site import is_page

PROBES = ("/healthz", "/readyz", "/metrics")
"""Answered however busy the service is: they tell whether it still works."""
OPEN = ("/healthz", "/readyz", DOCUMENTATION, "/openapi.json", LOGIN, LOGOUT, *assets.urls())
"""Answered without a key."""

MCP_PATH = "/mcp"

_REQUEST_HEADERS = ("Authorization", "Idempotency-Key", "If-Match", "If-None-Match", "traceparent", REQUEST_ID_HEADER)
_RESPONSE_HEADERS = ("ETag", "Location", "Retry-After", REQUEST_ID_HEADER)


def middleware(settings: ApiSettings, metrics: Metrics, keys: KeyRing, limiter: RateLimiter) -> list[Middleware]:
    """Each refuses what the ones after it needn't see; refusals are logged, and browsers may read them."""
    return [
        Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies)),
        Middleware(ProblemPages, keys=keys),
        Middleware(WatchRequests, metrics=metrics),
        Middleware(SecurityHeaders),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_RESPONSE_HEADERS,
        ),
        Middleware(
            RateLimit,
            limiter=limiter,
            limit=settings.rate_limit_per_address,
            identify=remote_network,
            metrics=metrics,
        ),
        Middleware(
            Authenticate,
            keys=keys,
            open_paths=OPEN,
            page_origins=settings.cors_origins,
            public_scopes=settings.public_scopes,
        ),
        Middleware(
            RateLimit, limiter=limiter, limit=settings.rate_limit_per_key, identify=key_of_caller, metrics=metrics
        ),
        Middleware(BodyLimit, max_bytes=settings.max_body_bytes, timeout_seconds=settings.body_timeout_seconds),
        Middleware(
            Admission,
            max_working=settings.max_working,
            max_queued=settings.max_queued,
            timeout_seconds=settings.request_timeout_seconds,
            always_admitted=_is_always_admitted,
            metrics=metrics,
        ),
    ]


def _is_always_admitted(path: str) -> bool:
    # What agents and pages ask for comes back as a request of its own, for which there must be a place.
    return path in PROBES or path == MCP_PATH or is_page(path)
