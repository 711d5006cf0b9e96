"""`/login` and `/logout`: a key for a session, and no more session."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.security import sessions
from api.security.key_ring import KeyRing
from api.web.site import is_page, render

router = APIRouter(include_in_schema=False)

LOGIN, LOGOUT = "/login", "/logout"


async def _from_own_page(request: Request) -> None:
    # Another site could sign its visitors in with a key of its own, and read what they ask, or sign them out.
    if sessions.could_be_forged(request.scope):
        raise HTTPException(
            HTTPStatus.FORBIDDEN, "nothing was done: this form is taken from pages of this service only"
        )


def _own_page(address: str) -> str:
    """An address if it is a page of ours to return to, else the first page."""
    # Browsers take a backslash for a slash, and leave out what isn't printable.
    is_path = address.isascii() and address.isprintable() and "\\" not in address and not address.startswith("//")
    path = urlsplit(address).path if is_path and address.startswith("/") else LOGIN
    return address if is_page(path) and path not in (LOGIN, LOGOUT) else "/"


@router.get(LOGIN)
async def login_page(request: Request, next: str = "/") -> Response:
    """A form for a key."""
    keys: KeyRing = request.app.state.keys
    if keys.is_empty:
        return RedirectResponse(_own_page(next), HTTPStatus.SEE_OTHER)
    return render(request, "login.html", next=_own_page(next), refused=False)


@router.post(LOGIN, dependencies=[Depends(_from_own_page)])
async def log_in(
    request: Request,
    key: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session, and go on to the page that asked for it."""
    keys: KeyRing = request.app.state.keys
    found = await keys.find(key.strip())
    if found is None:
        return render(request, "login.html", HTTPStatus.UNAUTHORIZED, next=_own_page(next), refused=True)
    response = RedirectResponse(_own_page(next), HTTPStatus.SEE_OTHER)
    sessions.set_cookie(response, request.scope, keys.begin_session(found))
    return response


@router.post(LOGOUT, dependencies=[Depends(_from_own_page)])
async def log_out(request: Request) -> Response:
    """End the session in this browser."""
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    sessions.delete_cookie(response, request.scope)
    return response
