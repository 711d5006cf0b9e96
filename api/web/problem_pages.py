"""Every problem with a page as a page, whatever found it; and pages compressed."""

from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.security.key_ring import KeyRing
from api.shapes.problems import MEDIA_TYPE, Problem
from api.web.site import is_page, render

_TITLES = {
    HTTPStatus.UNAUTHORIZED: "Please sign in",
    HTTPStatus.FORBIDDEN: "You may not do this",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.REQUEST_TIMEOUT: "That took too long to arrive",
    HTTPStatus.CONFLICT: "Somebody else was faster",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too much at once",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That can't be read",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much at once",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here",
    HTTPStatus.SERVICE_UNAVAILABLE: "Busy just now",
}


class ProblemPages:
    """ASGI middleware: programs get problem documents, who looks at a page gets a page.

    Compressing answers that repeat what was asked tells who can make others ask, and sees lengths, about secrets beside
    it (BREACH). Pages have none: a session is in a cookie that no script reads, and no form carries a token.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing) -> None:
        self.app = app
        self.keys = keys
        self._compressed = GZipMiddleware(self._answer, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page where one is looked at."""
        if scope["type"] == "http" and is_page(scope["path"]):
            # Who asks for the head of a page only gets that; the server leaves out the rest.
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            await self._compressed({**scope, "method": method}, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        body = bytearray()

        async def hold_problems(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    page = self._page(Request(scope), Problem.model_validate_json(bytes(body)))
                    # What else was said with the problem still holds: who answered, when to try again.
                    own = {"content-type", *page.headers}
                    page.raw_headers.extend(each for each in start["headers"] if each[0].decode() not in own)
                    await page(scope, receive, send)

        await self.app(scope, receive, hold_problems)

    def _page(self, request: Request, problem: Problem) -> Response:
        if problem.status == HTTPStatus.UNAUTHORIZED and request.method == "GET" and not self.keys.is_empty:
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(here, safe='')}", HTTPStatus.SEE_OTHER)
        title = _TITLES.get(HTTPStatus(problem.status), problem.title)
        return render(request, "problem.html", problem.status, title=title, problem=problem)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").partition(";")[0] == MEDIA_TYPE
