"""Text for Discord: its length, cut to a limit, and escaped."""

import re

import discord

ELLIPSIS = "…"
SHORTEST_CUT = 40
"""The beginning of a paragraph that is shorter than this says nothing."""
_CODE_SPAN = re.compile(r"(`+[^`]*`+)")
_MARKDOWN = re.compile(r"([*_~|\\]|^#{1,3} |^> |^- |\[(?=[^\]]*\]\())", re.MULTILINE)
_FENCE = "```"


def length(text: str) -> int:
    """In UTF-16 code units, the larger of the two ways in which Discord's programs may count."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 code units, cut at a line or word where possible."""
    if length(text) <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore")
    boundary = max(kept.rfind("\n"), kept.rfind(" "))
    return (kept[:boundary] if boundary > len(kept) // 2 else kept) + ELLIPSIS


def prose(text: str) -> str:
    """What a maintainer wrote: `code` stays code, everything else means itself."""
    parts = _CODE_SPAN.split(text)
    return "".join(part if position % 2 else _MARKDOWN.sub(r"\\\1", part) for position, part in enumerate(parts))


def quoted(text: str, limit: int) -> str:
    """What a user wrote: one line of at most about `limit` characters that formats, links and mentions nothing."""
    line = cut(" ".join(text.split()), limit)
    return discord.utils.escape_mentions(discord.utils.escape_markdown(line)).replace("<", "\\<")


def fenced(source: str) -> str:
    """Code in a block of its own."""
    # A fence within the code would end it.
    return f"{_FENCE}\n{source.strip().replace(_FENCE, '` ` `')}\n{_FENCE}"


def fitting(paragraphs: list[str], limit: int, more: str) -> str:
    """As many paragraphs as fit into `limit`, one below the other; `more` says that some don't.

    Code is left out rather than cut, prose is cut at a word.
    """
    whole = "\n".join(paragraphs)
    if length(whole) <= limit:
        return whole
    kept: list[str] = []
    left = limit - length(more)
    for paragraph in paragraphs:
        if length(paragraph) + 1 > left:
            if _FENCE not in paragraph and left > SHORTEST_CUT:
                kept.append(cut(paragraph, left - 1))
            break
        kept.append(paragraph)
        left -= length(paragraph) + 1
    return "\n".join([*kept, more])
