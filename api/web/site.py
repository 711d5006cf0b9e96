"""How every page is made: its frame, what it may load, and what all of them know."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from api.security.key_ring import KeyRing
from api.security.keys import Caller, Scope
from api.web import plots, prose
from api.web.assets import assets

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    # Browsers say which page a form was sent from, by which the service knows its own; other sites learn nothing.
    "Referrer-Policy": "same-origin",
    # Kept by the browser alone, so that going back finds what was typed, and asked for again otherwise.
    "Cache-Control": "private, no-cache",
}

PATHS = ("d", "entries", "insights", "login", "logout")
"""What paths of pages begin with, beside the first page's."""

_environment = Environment(
    loader=PackageLoader("api.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.filters.update(prose.FILTERS)
_environment.globals.update(asset=assets.url, Scope=Scope, plots=plots)


def is_page(path: str) -> bool:
    """Whether a person is meant to read what a path answers."""
    return path == "/" or path.split("/")[1] in PATHS


def render(
    request: Request,
    template: str,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """A page.

    Templates know beside their own context: `product`, its name; `path`, of this page; `origin`, of the service;
    `may(scope)`, `may_sign_in` and `may_sign_out`, what who asks may do; `asset(name)`, the address of a file of
    `static/`.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    keys: KeyRing = request.app.state.keys
    has_key = caller is not None and caller.has_key
    content = _environment.get_template(template).render(
        product=request.app.state.served_index.diagnoser.index.vocabulary.product,
        path=request.url.path,
        origin=str(request.base_url).rstrip("/"),
        may_sign_in=not has_key and not keys.is_empty,
        may_sign_out=has_key,
        may=lambda scope: caller is not None and caller.may(scope),
        **context,
    )
    return HTMLResponse(content, status_code=status, headers={**_HEADERS, **(headers or {})})
