import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.cli import app
from kb.errors import Offline
from kb.link_check import AT_ONCE, LinkReport, Trouble, check_links
from kb.schema import Link
from tests.command import causeway
from tests.edit import edit
from tests.serving import serving

PATIENT = 10.0
IMPATIENT = 0.2

runner = CliRunner()


async def page(_: Request) -> Response:
    return HTMLResponse(
        """<h1 id="top-of-page">Storage</h1><a name=old-style></a><p id="user-content-readme"><h2 id="größe">Größe</h2>
        <input name="field"><!-- <p id="commented"> -->"""
    )


async def status(request: Request) -> Response:
    return Response(status_code=request.path_params["code"])


async def only_get(request: Request) -> Response:
    return Response(status_code=request.path_params["code"] if request.method == "HEAD" else 200)


async def redirect(request: Request) -> Response:
    return RedirectResponse(f"/{request.path_params['to']}", request.path_params["code"])


async def silence(request: Request) -> Response:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def plain_text(_: Request) -> Response:
    return PlainTextResponse("no anchors here")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Base URL of a site whose pages behave as their paths say."""
    routes = [
        Route("/page", page),
        Route("/status/{code:int}", status),
        Route("/only-get/{code:int}", only_get),
        Route("/redirect/{code:int}/{to:path}", redirect),
        Route("/silence", silence),
        Route("/text", plain_text),
    ]
    with serving(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
def closed_port() -> str:
    """Base URL that nothing answers at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def linking(knowledge_base: KnowledgeBase, *urls: str) -> KnowledgeBase:
    """The knowledge base reduced to one entry with these links."""
    links = tuple(Link.model_validate({"title": "Page", "url": url}) for url in urls)
    entry = knowledge_base.entry("disk-full-stops-queue").model_copy(update={"links": links})
    return replace(knowledge_base, entries={entry.id: entry})


def troubles(report: LinkReport) -> list[tuple[Trouble, str, str]]:
    return [(link.trouble, link.url, link.detail) for link in report.troubled]


@pytest.mark.parametrize(
    "path",
    [
        "/page",
        "/page#top-of-page",
        "/page#old-style",
        "/page#readme",
        "/page#gr%C3%B6%C3%9Fe",
        "/page#:~:text=Storage",
        "/text#anything",
        "/only-get/403",
        "/only-get/405",
        "/only-get/501",
        "/redirect/302/page",
        "/redirect/307/page#top-of-page",
    ],
)
def test_a_good_link_is_no_trouble(small_kb: KnowledgeBase, site: str, path: str) -> None:
    report = check_links(linking(small_kb, site + path), PATIENT)
    assert (report.links, troubles(report), report.failed) == (1, [], False)


@pytest.mark.parametrize(
    ("path", "trouble", "detail"),
    [
        ("/status/404", Trouble.DEAD, "404 Not Found"),
        ("/status/410#anchor", Trouble.DEAD, "410 Gone"),
        ("/redirect/301/status/404", Trouble.DEAD, "404 Not Found"),
        ("/page#gone", Trouble.ANCHOR_MISSING, "nothing in the page has the id 'gone'"),
        ("/page#field", Trouble.ANCHOR_MISSING, "nothing in the page has the id 'field'"),
        ("/page#commented", Trouble.ANCHOR_MISSING, "nothing in the page has the id 'commented'"),
    ],
)
def test_a_link_that_misleads_fails_the_check(
    small_kb: KnowledgeBase, site: str, path: str, trouble: Trouble, detail: str
) -> None:
    report = check_links(linking(small_kb, site + path), PATIENT)
    assert troubles(report) == [(trouble, site + path, detail)]
    assert report.failed


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/status/401", "401 Unauthorized"),
        ("/status/403", "403 Forbidden"),
        ("/status/429", "429 Too Many Requests"),
        ("/status/500", "500 Internal Server Error"),
        ("/status/599", "599"),
        ("/redirect/302/redirect/302/redirect/302/status/503", "503 Service Unavailable"),
    ],
)
def test_an_answer_that_says_nothing_of_the_page_is_unreachable(
    small_kb: KnowledgeBase, site: str, path: str, detail: str
) -> None:
    report = check_links(linking(small_kb, site + path), PATIENT)
    assert troubles(report) == [(Trouble.UNREACHABLE, site + path, detail)]
    assert not report.failed


@pytest.mark.parametrize("code", [301, 308])
def test_a_page_that_moved_for_good_is_named_with_its_new_address(
    small_kb: KnowledgeBase, site: str, code: int
) -> None:
    url = f"{site}/redirect/{code}/page"
    report = check_links(linking(small_kb, url), PATIENT)
    assert troubles(report) == [(Trouble.MOVED, url, f"now {site}/page")]
    assert not report.failed


def test_what_follows_a_temporary_redirect_is_not_a_new_address(small_kb: KnowledgeBase, site: str) -> None:
    url = f"{site}/redirect/301/redirect/302/redirect/301/page"
    report = check_links(linking(small_kb, url), PATIENT)
    assert troubles(report) == [(Trouble.MOVED, url, f"now {site}/redirect/302/redirect/301/page")]


def test_a_moved_page_is_searched_for_the_anchor(small_kb: KnowledgeBase, site: str) -> None:
    url = f"{site}/redirect/301/page"
    report = check_links(linking(small_kb, f"{url}#top-of-page", f"{url}#gone"), PATIENT)
    assert [(link.trouble, link.url) for link in report.troubled] == [
        (Trouble.ANCHOR_MISSING, f"{url}#gone"),
        (Trouble.MOVED, f"{url}#gone"),
        (Trouble.MOVED, f"{url}#top-of-page"),
    ]


def test_a_server_that_does_not_answer_is_unreachable(small_kb: KnowledgeBase, site: str) -> None:
    report = check_links(linking(small_kb, f"{site}/silence"), IMPATIENT)
    assert troubles(report) == [(Trouble.UNREACHABLE, f"{site}/silence", "no answer in time")]


def test_a_host_that_is_down_is_unreachable(small_kb: KnowledgeBase, site: str, closed_port: str) -> None:
    report = check_links(linking(small_kb, f"{site}/page", f"{closed_port}/a", f"{closed_port}/b"), PATIENT)
    assert [(link.trouble, link.url) for link in report.troubled] == [
        (Trouble.UNREACHABLE, f"{closed_port}/a"),
        (Trouble.UNREACHABLE, f"{closed_port}/b"),
    ]


def test_a_host_that_cannot_exist_is_unreachable(small_kb: KnowledgeBase, site: str) -> None:
    report = check_links(linking(small_kb, f"{site}/page", "http://docs..example/"), PATIENT)
    assert [(link.trouble, link.url) for link in report.troubled] == [(Trouble.UNREACHABLE, "http://docs..example/")]


def test_being_offline_is_one_error(small_kb: KnowledgeBase, closed_port: str) -> None:
    urls = [f"{closed_port}/{number}" for number in range(20)]
    with pytest.raises(Offline, match=r"^no link was checked: none of 1 hosts can be reached \(.+\); is this"):
        check_links(linking(small_kb, *urls), PATIENT)


def test_a_page_is_asked_for_once_however_many_link_to_it(small_kb: KnowledgeBase) -> None:
    asked = []

    async def counted(request: Request) -> Response:
        asked.append((request.method, request.url.path))
        return HTMLResponse('<p id="a"></p><p id="b"></p>')

    with serving(Starlette(routes=[Route("/{name}", counted)])) as url:
        report = check_links(linking(small_kb, f"{url}/x", f"{url}/x", f"{url}/x#a", f"{url}/x#b", f"{url}/y"), PATIENT)
    assert (report.links, report.troubled) == (4, ())
    assert sorted(asked) == [("GET", "/x"), ("HEAD", "/y")]


def test_so_many_pages_are_asked_for_at_once_and_no_more(small_kb: KnowledgeBase) -> None:
    arrived = 0
    waiting = 0
    most_waiting = 0
    barrier = asyncio.Barrier(AT_ONCE)

    async def meet(_: Request) -> Response:
        nonlocal arrived, waiting, most_waiting
        arrived += 1
        if arrived == 1:  # asked alone, to learn whether the host is there
            return Response()
        waiting += 1
        most_waiting = max(most_waiting, waiting)
        await barrier.wait()
        await asyncio.sleep(0.05)  # time for one more to come, if it wrongly does
        waiting -= 1
        return Response()

    with serving(Starlette(routes=[Route("/{number}", meet)])) as url:
        pages = [f"{url}/{number}" for number in range(1 + 2 * AT_ONCE)]
        report = check_links(linking(small_kb, *pages), PATIENT)
    assert report.troubled == ()
    assert most_waiting == AT_ONCE


@pytest.fixture
def folder_with_bad_links(small_kb_dir: Path, site: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two entries with the same dead link, one with a link that moved, one with a missing anchor."""
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    for name, path in (
        ("delivery/disk-full-stops-queue", "/status/404"),
        ("delivery/port-25-blocked-by-provider", "/status/404"),
        ("login/password-hash-outdated", "/redirect/301/page"),
        ("login/certificate-expired-on-server", "/page#gone"),
    ):
        file = small_kb_dir / f"entries/{name}.yaml"
        (line,) = [line for line in file.read_text(encoding="utf-8").splitlines() if "url: " in line]
        edit(file, line, f"    url: {site}{path}")
    return small_kb_dir


@pytest.mark.usefixtures("folder_with_bad_links")
def test_the_command_prints_a_line_for_each_trouble_and_fails(site: str) -> None:
    result = runner.invoke(app, ["links"])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"dead: {site}/status/404: 404 Not Found (in disk-full-stops-queue, port-25-blocked-by-provider)",
        f"anchor missing: {site}/page#gone: nothing in the page has the id 'gone' (in certificate-expired-on-server)",
        f"moved: {site}/redirect/301/page: now {site}/page (in password-hash-outdated)",
    ]
    assert result.stderr == "3 links: 1 dead, 1 anchor missing, 1 moved, 0 unreachable\n"


@pytest.mark.usefixtures("folder_with_bad_links")
def test_the_command_prints_json(site: str) -> None:
    result = runner.invoke(app, ["links", "--json"])
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["links"] == 3
    assert report["troubled"][0] == {
        "trouble": "dead",
        "url": f"{site}/status/404",
        "detail": "404 Not Found",
        "entries": ["disk-full-stops-queue", "port-25-blocked-by-provider"],
    }


def test_the_command_succeeds_when_links_only_moved_or_were_slow(folder_with_bad_links: Path, site: str) -> None:
    for path in folder_with_bad_links.glob("entries/*/*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("/status/404", "/silence").replace("#gone", ""), encoding="utf-8")
    result = runner.invoke(app, ["links", "--timeout", str(IMPATIENT)])
    assert result.exit_code == 0
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == ["moved", "unreachable"]


def test_the_command_says_in_one_line_that_the_machine_is_offline(
    folder_with_bad_links: Path, site: str, closed_port: str
) -> None:
    for path in folder_with_bad_links.glob("entries/*/*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(site, closed_port), encoding="utf-8")
    result = causeway("kb", "links")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("causeway: no link was checked: none of 1 hosts can be reached (")
    assert result.stderr.count("\n") == 1
