from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from indexer.artifact import Index
from kb import Entry
from tests.page import Page


def titles_in(page: Page) -> list[str]:
    """Titles of the listed entries, in their order."""
    return page.texts("h3")


def headings_in(page: Page) -> list[str]:
    return page.texts("h2")


def entries_page(visitor: httpx.Client, **params: str) -> Page:
    response = visitor.get("/entries", params=params)
    assert response.status_code == 200
    return Page(response.text)


@pytest.fixture
def entry(small_index: Index) -> Entry:
    return small_index.entries["password-hash-outdated"]


def test_all_entries_are_listed_by_section(visitor: httpx.Client, small_index: Index) -> None:
    page = entries_page(visitor)

    assert headings_in(page) == ["Delivery", "Login"]
    assert titles_in(page) == [entry.title for entry in small_index.entries.values()]


def test_sections_say_how_many_entries_they_have(visitor: httpx.Client) -> None:
    page = entries_page(visitor)

    assert {"All sections 4", "Delivery 2", "Login 2"} <= set(page.texts("a"))
    assert {"/entries?section=delivery", "/entries?section=login"} <= set(page.values("href"))


def test_one_section_is_listed_alone(visitor: httpx.Client, small_index: Index) -> None:
    page = entries_page(visitor, section="login")

    assert headings_in(page) == ["Login"]
    assert titles_in(page) == [entry.title for entry in small_index.entries.values() if entry.section == "login"]


def test_entries_that_hold_the_words_come_before_those_that_mean_something_similar(
    visitor: httpx.Client, entry: Entry
) -> None:
    page = entries_page(visitor, query="hash outdated")

    assert headings_in(page) == ["1 entry", "Closest in meaning"]
    assert titles_in(page)[0] == entry.title
    assert titles_in(page).count(entry.title) == 1


def test_words_that_no_entry_holds_are_said_to_be_in_none(visitor: httpx.Client) -> None:
    page = entries_page(visitor, query="an elephant")

    assert headings_in(page) == ["Closest in meaning"]
    assert "No entry has these words." in page.text


def test_a_pasted_error_message_finds_the_entry_that_has_it(visitor: httpx.Client) -> None:
    line = "Jan 1 pigeon[3]: warning: 452 4.3.1 Insufficient system storage (in reply to MAIL FROM)"

    for pasted in (line, line + " and so on" * 100):
        page = entries_page(visitor, query=pasted)
        assert headings_in(page)[0] == "1 entry"
        assert titles_in(page)[0] == "The disk is full, so the queue manager stops"
        assert len(titles_in(page)) == len(set(titles_in(page)))


def test_entries_are_filtered_by_platform_and_sdk_and_the_form_keeps_what_was_chosen(visitor: httpx.Client) -> None:
    page = entries_page(visitor, platform="phone", sdk="rust", section="login", query="password")

    assert "The hosting provider blocks outgoing port 25" not in titles_in(page)
    assert [field["value"] for tag, field in page.elements if tag == "option" and "selected" in field] == [
        "phone",
        "rust",
    ]
    assert [field["value"] for tag, field in page.elements if tag == "input"] == ["password", "login"]
    (everywhere,) = [address for address in page.values("href") if address.startswith("/entries?query")][:1]
    assert parse_qs(urlsplit(everywhere).query) == {"query": ["password"], "platform": ["phone"], "sdk": ["rust"]}


def test_where_nothing_is_found_one_may_ask_instead(visitor: httpx.Client) -> None:
    page = entries_page(visitor, query="a & b", section="billing")

    assert headings_in(page) == ["No entry"]
    assert "/?symptom=a%20%26%20b" in page.values("href")


def test_an_entry_says_everything_it_knows(visitor: httpx.Client, entry: Entry) -> None:
    said = Page(visitor.get(f"/entries/{entry.id}").text).text

    for text in (
        *(entry.title, entry.summary, entry.cause, entry.source, *entry.symptoms, *entry.errors),
        *(step.replace("`", "") for step in entry.confirm),
        *(step.text for step in entry.fix),
        *(snippet.source for step in entry.fix for snippet in step.code),
        *(confusion.observation for confusion in entry.confused_with),
        *(link.title for link in entry.links),
        *("Does the server refuse the password?", "Always", "Has the server's certificate expired?", "Never"),
        *("Rust client", "2 January 2026", "The server's TLS certificate has expired"),
    ):
        assert text in said


def test_an_entry_leads_to_its_section_to_pages_that_say_more_and_to_what_it_is_confused_with(
    visitor: httpx.Client, entry: Entry
) -> None:
    links = Page(visitor.get(f"/entries/{entry.id}").text).values("href")

    assert {"/entries?section=login", "/entries/certificate-expired-on-server", str(entry.links[0].url)} <= set(links)


def test_a_chat_shows_of_a_shared_entry_what_it_is_about(visitor: httpx.Client, entry: Entry) -> None:
    page = Page(visitor.get(f"/entries/{entry.id}").text)

    address = f"{visitor.base_url}/entries/{entry.id}"
    meta = {
        attributes.get("property") or attributes.get("name"): attributes["content"]
        for tag, attributes in page.elements
        if tag == "meta" and "content" in attributes
    }
    assert ("link", {"rel": "canonical", "href": address}) in page.elements
    assert meta["og:url"] == address
    assert meta["og:title"] == entry.title
    assert meta["og:description"] == meta["description"] == entry.summary
    assert meta["og:site_name"] == "Pigeon Mail · Causeway"
    assert meta["twitter:card"] == "summary"


def test_addresses_that_are_shared_are_those_under_which_the_service_was_asked(visitor: httpx.Client) -> None:
    page = visitor.get("/entries/password-hash-outdated", headers={"Host": "localhost:81"}).text

    assert '<link rel="canonical" href="http://localhost:81/entries/password-hash-outdated">' in page


@pytest.mark.parametrize("path", ["/entries", "/entries?query=hash", "/entries/password-hash-outdated"])
def test_what_a_browser_has_is_not_sent_again(visitor: httpx.Client, path: str) -> None:
    first = visitor.get(path)
    again = visitor.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    for name in ("content-security-policy", "cache-control", "referrer-policy"):
        assert again.headers[name] == first.headers[name]
    assert visitor.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_unknown_entry_is_not_found_but_similar_ones_are(visitor: httpx.Client) -> None:
    response = visitor.get("/entries/outdated-password-hashes")

    assert response.status_code == 404
    assert "There is no such entry" in response.text
    assert 'name="query" type="search" value="outdated password hashes"' in response.text
    assert (
        titles_in(Page(response.text))[0] == "The stored password hash is of a kind that the server no longer accepts"
    )


@pytest.mark.parametrize("escaped", ["%00", "%FF", "%ED%A0%80", "%2e%2e", "-", "a" * 10_000])
def test_an_entry_id_of_odd_bytes_is_not_found(visitor: httpx.Client, escaped: str) -> None:
    response = visitor.get(f"/entries/{escaped}")

    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"


def test_a_search_for_more_than_an_error_message_is_refused_with_a_page(visitor: httpx.Client) -> None:
    response = visitor.get("/entries", params={"query": "x" * 2_001})

    assert response.status_code == 422
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "at most 2000 characters" in response.text
