"""Cards as text, to be compared with the files in `golden/`.

After a wanted change: `CAUSEWAY_WRITE_GOLDEN=1 pytest tests/bot/replies`, and read the difference before you commit it.
"""

import os
from pathlib import Path

from bot.replies.card import Buttons, Card, Line, Select, Text

GOLDEN = Path(__file__).parent / "golden"


def transcript(card: Card) -> str:
    """What a reader sees: texts as they are, [buttons], <options of a select>, and lines."""
    lines = [f"({card.colour.name.lower()})"]
    for block in card.blocks:
        match block:
            case Text(content):
                lines.append(content)
            case Line():
                lines.append("────")
            case Buttons(buttons):
                lines.append(" ".join(f"[{one.label}{' (off)' if one.disabled else ''}]" for one in buttons))
            case Select(_, placeholder, options):
                lines.append(f"<{placeholder}>")
                lines += [f"  {'●' if one.chosen else '○'} {one.label} | {one.description}" for one in options]
    return "\n".join(lines) + "\n"


def assert_golden(card: Card, name: str) -> None:
    """Whether a card reads as its file says."""
    file = GOLDEN / f"{name}.txt"
    if "CAUSEWAY_WRITE_GOLDEN" in _ENVIRONMENT:
        file.parent.mkdir(exist_ok=True)
        file.write_text(transcript(card), encoding="utf-8")
    assert transcript(card) == file.read_text(encoding="utf-8")


_ENVIRONMENT = dict(os.environ)
"""As it was before tests cleaned it."""
