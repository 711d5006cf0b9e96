"""Files that people attach, read as evidence: in memory, and never kept."""

from collections.abc import Iterable

import discord

from api.client import MAX_EVIDENCE_CHARACTERS, MAX_EVIDENCE_ITEMS, Evidence
from bot.errors import Trouble
from bot.replies.text import quoted

_NAME_CHARACTERS, _SHOWN_CHARACTERS = 200, 60


async def evidence_in(attachments: Iterable[discord.Attachment]) -> tuple[Evidence, ...]:
    """The text of each file.

    :raises Trouble: if one is too large, no text, or can't be downloaded.
    """
    return tuple([await _evidence(file) for file in list(attachments)[:MAX_EVIDENCE_ITEMS]])


async def readable_evidence_in(attachments: Iterable[discord.Attachment]) -> tuple[Evidence, ...]:
    """The text of those files that can be read; for messages whose files may have nothing to do with us."""
    found = []
    for file in list(attachments)[:MAX_EVIDENCE_ITEMS]:
        try:
            found.append(await _evidence(file))
        except Trouble:
            continue
    return tuple(found)


async def _evidence(file: discord.Attachment) -> Evidence:
    shown = quoted(file.filename, _SHOWN_CHARACTERS)
    if (file.content_type or "").startswith(("image/", "video/", "audio/")):
        raise Trouble("unsupported_file", name=shown)
    # A character takes at least one byte.
    if file.size > MAX_EVIDENCE_CHARACTERS:
        raise Trouble("large_file", name=shown, limit=f"{MAX_EVIDENCE_CHARACTERS // 1_000_000} MB")
    try:
        content = await file.read()
    except discord.HTTPException as error:
        raise Trouble("failed_file", name=shown) from error
    text = _text(content)
    if text is None:
        raise Trouble("unsupported_file", name=shown)
    return Evidence(name=file.filename[:_NAME_CHARACTERS], text=text)


def _text(content: bytes) -> str | None:
    """What a file says; None if it is no text."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
