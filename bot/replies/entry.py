"""One entry of the knowledge base as a message."""

from api.client import Entry
from bot.replies.answer import Reader, link_buttons, remedy
from bot.replies.card import MAX_TEXT, Card, Text
from bot.replies.text import fitting, prose


def entry_card(entry: Entry, reader: Reader) -> Card:
    """The cause, how to confirm it and its fix."""
    paragraphs = [f"### {prose(entry.title)}", prose(entry.summary), prose(entry.cause)]
    paragraphs += remedy(entry.confirm, entry.fix, reader)
    return Card((Text(fitting(paragraphs, MAX_TEXT, "…")), *link_buttons(entry.links)))
