from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.markdown import bullets, code_block, code_span, heading, inline, link, numbered, paragraphs

# GitHub's tables and strikethrough are on, so that they must be escaped as well.
parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])

markup = st.sampled_from("`*_[]()<>{}&#;|~\\-+=1.!:/ \ta\n\r")
readable = st.characters(exclude_categories=["Cc", "Cs"])
texts = st.text(markup | readable, min_size=1).filter(lambda text: text.strip() != "")
lines = texts.map(lambda text: " ".join(text.split()))


def kinds(markdown: str) -> list[str]:
    """Kinds of all blocks, as they open."""
    return [token.type for token in parser.parse(markdown) if token.nesting >= 0]


def inline_tokens(markdown: str) -> Iterator[Token]:
    for token in parser.parse(markdown):
        yield from token.children or ()


def visible(markdown: str) -> str:
    """Text as a reader sees it."""
    return "".join(token.content for token in inline_tokens(markdown))


def characters(text: str) -> str:
    """Text without what code spans and wrapping may change: backticks and whitespace."""
    return "".join(text.replace("`", "").split())


def unified(text: str) -> str:
    """Text whose line breaks are of one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(texts)
def test_prose_is_shown_as_it_is(text: str) -> None:
    markdown = paragraphs(text)
    assert set(kinds(markdown)) == {"paragraph_open", "inline"}
    assert {token.type for token in inline_tokens(markdown)} <= {"text", "text_special", "code_inline"}
    assert characters(visible(markdown)) == characters(text)


@given(lines)
def test_a_heading_holds_its_whole_text(text: str) -> None:
    markdown = heading(2, text)
    assert kinds(markdown) == ["heading_open", "inline"]
    assert characters(visible(markdown)) == characters(text)


@given(lines)
def test_a_link_holds_its_whole_text(text: str) -> None:
    tokens = list(inline_tokens(link(text, "https://pigeon.example")))
    assert (tokens[0].type, tokens[-1].type) == ("link_open", "link_close")
    assert characters(visible(link(text, "https://pigeon.example"))) == characters(text)


@pytest.mark.parametrize(
    "address",
    [
        "../login/password-hash-outdated.md",
        "https://pigeon.example/wiki/Mail_(old)#a(b",
        "https://pigeon.example/?a=1&copy;=2&b=*_`[x]`_*",
    ],
)
def test_a_link_leads_to_its_address(address: str) -> None:
    opening = next(inline_tokens(link("Mail", address)))
    assert parser.normalizeLink(address) == opening.attrs["href"]


@given(texts)
def test_a_code_span_holds_the_very_characters(text: str) -> None:
    (token,) = inline_tokens(bullets([code_span(text)]))
    assert (token.type, token.content) == ("code_inline", unified(text).replace("\n", " "))


@given(texts)
def test_a_code_block_holds_the_very_characters_also_in_a_list(text: str) -> None:
    (fence,) = [
        token for token in parser.parse(numbered([f"Run:\n\n{code_block(text, 'shell')}"])) if token.type == "fence"
    ]
    assert (fence.info, fence.content) == ("shell", unified(text).removesuffix("\n") + "\n")


def test_code_in_prose_stays_code() -> None:
    codes = [
        token.content for token in inline_tokens(inline("Run `a*b*` or ``c`d``, not `e")) if token.type == "code_inline"
    ]
    assert codes == ["a*b*", "c`d"]


def test_ordinary_prose_is_not_escaped() -> None:
    text = "Set api_base_path to /auth (see https://a.example/#top & the log); 3-4 tries > 1, C# too! `a_b`: done."
    assert paragraphs(text) == text


def test_each_line_is_a_paragraph() -> None:
    assert paragraphs("First.\n\n  - Second.\r\n1. Third.") == "First.\n\n\\- Second.\n\n1\\. Third."


def test_an_item_of_several_blocks_stays_one_item() -> None:
    item = "\n\n".join(["ten", code_block("a\n\n  b", "text"), bullets(["x", "y"])])
    markdown = numbered(["one"] * 9 + [item])
    assert markdown.endswith("10. ten\n\n    ```text\n    a\n\n      b\n    ```\n\n    - x\n    - y")
    assert kinds(markdown).count("ordered_list_open") == 1
    assert kinds(markdown).count("list_item_open") == 12
