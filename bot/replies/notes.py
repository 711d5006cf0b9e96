"""What the bot says beside answers."""

from collections.abc import Collection

from api.client import StoredDiagnosis
from bot.presses import Action, Press
from bot.replies.answer import Reader, verdict_buttons
from bot.replies.card import Button, Buttons, Card, Text
from bot.replies.text import prose, quoted
from bot.words import Words

SYMPTOM_CHARACTERS = 300


def help_card(words: Words) -> Card:
    """What the bot does, and what it keeps."""
    return Card(
        (
            Text(words("help_title")),
            Text(words("help_body", menu=words("menu_find_cause"))),
            Text(words("help_privacy", human=words("ask_human"))),
        )
    )


def human_card(
    diagnosis: StoredDiagnosis, person: int, words: Words, role: int | None, rejected: Collection[str]
) -> Card:
    """Somebody asks for a human; `role` is notified."""
    call = words("human_wanted", role=f"<@&{role}>" if role else "", person=f"<@{person}>").strip()
    lines = [call, words("human_symptom", symptom=quoted(diagnosis.symptom, SYMPTOM_CHARACTERS))]
    tried = [prose(cause.title) for cause in diagnosis.causes if cause.entry_id in rejected]
    if tried:
        lines.append(f"-# {words('human_tried', causes=', '.join(tried))}")
    return Card((Text("\n".join(lines)),), pinged_role=role)


def check_in_card(diagnosis_id: str, entry_id: str, title: str, reader: Reader) -> Card:
    """The question whether an answer helped."""
    human = Button(reader.words("ask_human"), Press(Action.HUMAN, reader.owner, diagnosis_id).custom_id)
    return Card(
        (
            Text(reader.words("helped", title=prose(title))),
            Buttons((*verdict_buttons(diagnosis_id, entry_id, reader), human)),
        )
    )
