"""Messages found in text, put together into exchanges: which response answers which request."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.evidence.headers import build_request, build_response, client_of, read_url
from retrieval.evidence.messages import GeneralText, MessageText, RequestText, ResponseText
from retrieval.evidence.model import Client, Exchange, Request, Response
from retrieval.evidence.parts import Part


@dataclass
class _Draft:
    """An exchange in the making."""

    line: int
    general: GeneralText | None = None
    request: RequestText | None = None
    response: ResponseText | None = None
    error: str = ""


def pair_messages(messages: Iterable[MessageText], part: Part, scheme: str) -> Iterator[Exchange]:
    """The exchanges of a part, in order.

    :param scheme: of requests that don't say theirs, if something else in the part does.
    """
    draft: _Draft | None = None
    for message in messages:
        if isinstance(message, ResponseText) and 100 <= message.status < 200:
            continue
        if draft is None or not _continues(draft, message):
            if draft:
                yield _exchange(draft, part, scheme)
            draft = _Draft(line=part.first_line + message.start)
        if isinstance(message, GeneralText):
            draft.general = message
        elif isinstance(message, ResponseText):
            draft.response = message
        else:
            draft.request = _merged(draft.request, message)
    if draft:
        yield _exchange(draft, part, scheme)


def _continues(draft: _Draft, message: MessageText) -> bool:
    """Whether a message belongs to the exchange before it, rather than to one of its own."""
    if isinstance(message, GeneralText):
        return False
    if isinstance(message, ResponseText):
        return draft.response is None
    if draft.request is not None:
        # `curl -v` shows what the command before it sent.
        return draft.request.is_command and not message.is_command and draft.response is None
    # Chrome shows the request below the response.
    return not message.is_command and (draft.general is not None or not message.target)


def _merged(command: RequestText | None, message: RequestText) -> RequestText:
    """What was sent, with the URL as the command gave it."""
    if command is None or not command.target:
        return message
    return RequestText(
        message.start, message.end, message.method, command.target, message.pairs, command.body, is_command=True
    )


def _exchange(draft: _Draft, part: Part, scheme: str) -> Exchange:
    request = _request(draft, scheme)
    client = client_of(request)
    if client is Client.UNKNOWN and draft.request and draft.request.is_command:
        client = Client.COMMAND_LINE
    page = None
    if request:
        pages = (read_url(request.headers.get(name, ("",))[0]) for name in ("referer", "origin"))
        page = next((url for url in pages if url), None)
    return Exchange(
        request=request,
        response=_response(draft),
        source=part.source,
        line=draft.line,
        client=Client.BROWSER if draft.general else client,
        page=page,
    )


def _request(draft: _Draft, scheme: str) -> Request | None:
    general, text = draft.general, draft.request
    if text is None:
        if general is None:
            return None
        return build_request(general.method, general.url, (), shows_headers=False, shows_cookies=False)
    return build_request(
        text.method or (general.method if general else ""),
        general.url if general else text.target,
        text.pairs,
        text.body,
        scheme=scheme,
        credentials=text.credentials,
        shows_headers=text.whole,
        shows_cookies=text.whole,
    )


def _response(draft: _Draft) -> Response | None:
    general, text = draft.general, draft.response
    if text is None:
        if general is None or not general.status:
            return None
        return build_response(general.status, general.status_text, (), shows_headers=False, shows_cookies=False)
    return build_response(
        text.status or (general.status if general else 0),
        text.status_text or (general.status_text if general else ""),
        text.pairs,
        text.body,
        shows_headers=text.whole,
        shows_cookies=text.whole,
    )


def scheme_of(lines: Sequence[str]) -> str:
    """The scheme that the remarks of `curl -v` give away; "" if there are none."""
    remarks = [line for line in lines if line.startswith("* ")]
    if any("TLS" in remark or "SSL" in remark or remark.endswith(" port 443") for remark in remarks):
        return "https"
    return "http" if any(remark.startswith("* Connected to ") for remark in remarks) else ""
