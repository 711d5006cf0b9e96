import re

import httpx
import pytest

from api.web.assets import Assets

PAGES = ["/", "/d/unknown"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_from_its_own_service_alone(visitor: httpx.Client, path: str) -> None:
    page = visitor.get(path)

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert not re.search(r"""(src|href)=["'](?!/|#)""", page.text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_compressed_and_kept_by_nobody_but_the_browser(visitor: httpx.Client, path: str) -> None:
    headers = visitor.get(path).headers

    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-encoding"] == "gzip"
    assert headers["cache-control"] == "private, no-cache"


def test_pages_are_no_operations(visitor: httpx.Client) -> None:
    assert not {"/", "/d/{diagnosis_id}"} & visitor.get("/openapi.json").json()["paths"].keys()


def test_assets_are_kept_for_ever_and_compressed_for_who_reads_that(visitor: httpx.Client) -> None:
    urls = set(re.findall(r'"(/assets/[^"]+)"', visitor.get("/").text))

    assert {url.rpartition("/")[2] for url in urls} == {"icon.svg", "page.js", "style.css"}
    for url in urls:
        compressed = visitor.get(url)
        plain = visitor.get(url, headers={"Accept-Encoding": "identity"})
        assert compressed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert compressed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert plain.content == compressed.content


def test_addresses_of_assets_change_with_any_of_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    before, after = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("after")
    for folder, script in ((before, "one"), (after, "two")):
        (folder / "page.js").write_text(script)
        (folder / "style.css").write_text("the same")

    assert Assets(before).url("style.css") != Assets(after).url("style.css")
    assert Assets(before).urls() == {Assets(before).url("page.js"), Assets(before).url("style.css")}


def test_an_unknown_asset_is_a_mistake_of_ours(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(KeyError, match=re.escape("nothing.css")):
        Assets(tmp_path_factory.mktemp("empty")).url("nothing.css")


def test_who_looks_at_a_page_gets_problems_as_pages(visitor: httpx.Client) -> None:
    page = visitor.get("/d/unknown")

    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-request-id"]
    assert "There is nothing here" in page.text


def test_programs_get_problem_documents(visitor: httpx.Client) -> None:
    for path in ("/v1/diagnoses/unknown", "/nowhere", "/assets/old/style.css"):
        assert visitor.get(path).headers["content-type"] == "application/problem+json"


def test_a_method_that_a_page_has_not_is_told_which_it_has(visitor: httpx.Client) -> None:
    page = visitor.delete("/d/unknown")

    assert page.status_code == 405
    assert page.headers["allow"] == "GET"
    assert "Method Not Allowed" in page.text


@pytest.mark.parametrize("path", ["/", "/entries", "/entries/disk-full-stops-queue", "/entries/unknown"])
def test_the_head_of_a_page_is_that_of_the_page(visitor: httpx.Client, path: str) -> None:
    page, head = visitor.get(path), visitor.head(path)

    assert head.status_code == page.status_code
    assert head.headers["content-type"] == page.headers["content-type"]
    assert head.headers["content-security-policy"] == page.headers["content-security-policy"]
    assert head.content == b""
