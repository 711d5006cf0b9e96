"""Ask for every page that the knowledge base links to: whether it is there, where it is now, and has the anchor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote, urldefrag, urlsplit

import httpx

from kb.errors import Offline
from kb.loader import KnowledgeBase
from kb.schema import Model, Slug

AT_ONCE = 8

_GET_INSTEAD_OF_HEAD = {403, 405, 501}
_PERMANENT = {301, 308}
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_TEXT_FRAGMENT = ":~:"
# Answers that say something about the asker or the moment, not about the page.
_INCONCLUSIVE = {401, 403, 407, 408, 425, 429}


class Trouble(StrEnum):
    """What can be wrong with a link, worst first."""

    DEAD = "dead"
    ANCHOR_MISSING = "anchor missing"
    MOVED = "moved"
    UNREACHABLE = "unreachable"


class TroubledLink(Model):
    """A link, what is wrong with it, and the entries that have it."""

    trouble: Trouble
    url: str
    detail: str
    entries: tuple[Slug, ...]

    def __str__(self) -> str:
        return f"{self.trouble}: {self.url}: {self.detail} (in {', '.join(self.entries)})"


class LinkReport(Model):
    """How many distinct links were checked, and those with trouble, worst first."""

    links: int
    troubled: tuple[TroubledLink, ...]

    @property
    def failed(self) -> bool:
        """Whether a link misleads its reader; one that moved or could not be reached now may still lead there."""
        return any(link.trouble in (Trouble.DEAD, Trouble.ANCHOR_MISSING) for link in self.troubled)

    def __str__(self) -> str:
        found = [link.trouble for link in self.troubled]
        return f"{self.links} links: " + ", ".join(f"{found.count(trouble)} {trouble}" for trouble in Trouble)


@dataclass(frozen=True)
class Answer:
    """What a server said of a page.

    `moved_to` is its new address when it was redirected there for good, `anchors` the targets in its HTML; None when
    there is no such thing.
    """

    status: int
    moved_to: str | None
    anchors: Set[str] | None


def check_links(knowledge_base: KnowledgeBase, timeout_seconds: float) -> LinkReport:
    """Check every distinct link over the network, each page once.

    :param timeout_seconds: how long to wait for a connection, and then for each piece of an answer.
    :raises Offline: if no host could be connected to, which is found out first.
    """
    entries_by_url = _entries_by_url(knowledge_base)
    urls_by_page: dict[str, list[str]] = {}
    for url in entries_by_url:
        urls_by_page.setdefault(urldefrag(url).url, []).append(url)
    outcomes = _ask_all(urls_by_page, timeout_seconds)
    troubled = [
        TroubledLink(trouble=trouble, url=url, detail=detail, entries=entries_by_url[url])
        for page, urls in urls_by_page.items()
        for url in urls
        for trouble, detail in _judge(url, page, outcomes[page])
    ]
    worst_first = list(Trouble)
    troubled.sort(key=lambda link: (worst_first.index(link.trouble), link.url))
    return LinkReport(links=len(entries_by_url), troubled=tuple(troubled))


def _entries_by_url(knowledge_base: KnowledgeBase) -> dict[str, tuple[Slug, ...]]:
    entries: dict[str, tuple[Slug, ...]] = {}
    for entry in knowledge_base.entries.values():
        for url in {str(link.url) for link in entry.links}:
            entries[url] = (*entries.get(url, ()), entry.id)
    return entries


def _ask_all(urls_by_page: Mapping[str, Sequence[str]], timeout_seconds: float) -> dict[str, Answer | httpx.HTTPError]:
    one_of_each_host = {urlsplit(page).netloc: page for page in urls_by_page}.values()
    with httpx.Client(follow_redirects=True, timeout=timeout_seconds) as client, ThreadPoolExecutor(AT_ONCE) as pool:

        def ask(page: str) -> Answer | httpx.HTTPError:
            try:
                return _ask(client, page, for_anchors=any(url != page for url in urls_by_page[page]))
            except httpx.HTTPError as error:
                return error
            except UnicodeError as error:  # what Python says of a host such as docs..example; httpx lets it through
                return httpx.ConnectError(str(error))

        outcomes = dict(zip(one_of_each_host, pool.map(ask, one_of_each_host), strict=True))
        _require_a_connection(list(outcomes.values()))
        others = urls_by_page.keys() - outcomes.keys()
        return outcomes | dict(zip(others, pool.map(ask, others), strict=True))


def _require_a_connection(outcomes: Sequence[Answer | httpx.HTTPError]) -> None:
    failures = [outcome for outcome in outcomes if isinstance(outcome, _NO_CONNECTION)]
    if failures and len(failures) == len(outcomes):
        raise Offline(len(failures), _reason(failures[0]))


def _ask(client: httpx.Client, page: str, *, for_anchors: bool) -> Answer:
    if not for_anchors:
        response = client.head(page)
        if response.status_code not in _GET_INSTEAD_OF_HEAD:
            return Answer(response.status_code, _moved_to(response), anchors=None)
    with client.stream("GET", page) as response:
        readable = for_anchors and "html" in response.headers.get("Content-Type", "")
        anchors = _Anchors.of(response.iter_text()) if readable else None
        return Answer(response.status_code, _moved_to(response), anchors)


def _moved_to(response: httpx.Response) -> str | None:
    """Where permanent redirects lead, up to the first temporary one."""
    address = None
    for step, next_step in pairwise([*response.history, response]):
        if step.status_code not in _PERMANENT:
            break
        address = str(next_step.url)
    return address


class _Anchors(HTMLParser):
    """Collects what a fragment can point to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    @classmethod
    def of(cls, html: Iterable[str]) -> Set[str]:
        parser = cls()
        for piece in html:
            parser.feed(piece)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser for each element."""
        self.found.update(value for name, value in attrs if value and (name == "id" or (tag, name) == ("a", "name")))


def _judge(url: str, page: str, outcome: Answer | httpx.HTTPError) -> Iterator[tuple[Trouble, str]]:
    """What is wrong with a link to a page, or to an anchor in it, in words."""
    if isinstance(outcome, httpx.HTTPError):
        yield Trouble.UNREACHABLE, _reason(outcome)
        return
    if outcome.status >= httpx.codes.BAD_REQUEST:
        conclusive = outcome.status < httpx.codes.INTERNAL_SERVER_ERROR and outcome.status not in _INCONCLUSIVE
        phrase = httpx.codes.get_reason_phrase(outcome.status)
        yield Trouble.DEAD if conclusive else Trouble.UNREACHABLE, f"{outcome.status} {phrase}".rstrip()
        return
    anchor = urldefrag(url).fragment
    if outcome.anchors is not None and not _leads_somewhere(anchor, outcome.anchors):
        yield Trouble.ANCHOR_MISSING, f"nothing in the page has the id '{unquote(anchor)}'"
    if outcome.moved_to not in (None, page):
        yield Trouble.MOVED, f"now {outcome.moved_to}"


def _leads_somewhere(anchor: str, anchors: Set[str]) -> bool:
    element = anchor.partition(_TEXT_FRAGMENT)[0]
    # GitHub prefixes the ids of what its users write, and finds them without the prefix.
    names = {element, unquote(element), f"user-content-{unquote(element)}"}
    return not element or not names.isdisjoint(anchors)


def _reason(error: httpx.HTTPError) -> str:
    return "no answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__
