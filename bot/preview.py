"""Shows how answers look on Discord, without Discord: asks a running API and writes a web page.

python -m bot.preview "nothing arrives anywhere" "login loops" > preview.html
"""

import asyncio
import re
import sys
from html import escape

from api.client import AsyncCausewayClient
from bot.replies.answer import Reader, answer_card
from bot.replies.card import Block, Button, Buttons, Card, Line, Select, Style, Text
from bot.settings import ApiAccess
from bot.words import ENGLISH, words

_PAGE = """<!doctype html><meta charset="utf-8"><title>Preview</title><style>
body {{ background: #313338; color: #dbdee1; font: 16px/1.375 "gg sans", "Noto Sans", Helvetica, Arial, sans-serif;
  max-width: 720px; margin: 2rem auto; }}
.asked {{ color: #949ba4; margin: 2rem 0 .5rem; white-space: pre-wrap; }}
.card {{ background: #2b2d31; border: 1px solid #3f4147; border-left: 4px solid; border-radius: 8px; padding: 12px 16px;
  max-width: 560px; }}
h3 {{ font-size: 1.25rem; margin: .5rem 0 .25rem; }} small {{ color: #949ba4; font-size: .8125rem; display: block; }}
code {{ background: #1e1f22; border-radius: 4px; padding: 0 .2em; font-size: .85em; }}
pre {{ background: #1e1f22; border-radius: 4px; padding: .5em; overflow-x: auto; margin: .25rem 0; }}
pre code {{ padding: 0; }} hr {{ border: 0; border-top: 1px solid #3f4147; margin: 12px 0; }}
.row {{ display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }}
.button {{ border-radius: 8px; padding: 5px 14px; font-size: .875rem; font-weight: 500; color: #fff; }}
.primary {{ background: #5865f2; }} .secondary, .link {{ background: #4e5058; }} .success {{ background: #248046; }}
.off {{ opacity: .5; }}
.select {{ background: #1e1f22; border-radius: 8px; padding: 8px 12px; color: #949ba4; flex: 1; }}
.select ul {{ margin: .25rem 0 0; padding-left: 1.25rem; font-size: .8125rem; }}
</style>{body}"""


async def preview(symptoms: list[str]) -> str:
    """A page with the answer to each symptom.

    :raises ClientError: if the API doesn't answer.
    """
    settings = ApiAccess()
    api_key = settings.api_key.get_secret_value() if settings.api_key else None
    reader = Reader(owner=1, words=words(ENGLISH))
    parts = []
    async with AsyncCausewayClient(str(settings.api_url), api_key) as api:
        for symptom in symptoms:
            card = answer_card(await api.diagnose(symptom), reader)
            parts.append(f'<p class="asked">/diagnose {escape(symptom)}</p>{card_html(card)}')
    return _PAGE.format(body="".join(parts))


def card_html(card: Card) -> str:
    """A card about as Discord draws it."""
    return (
        f'<div class="card" style="border-left-color:#{card.colour.value:06x}">{"".join(map(_html, card.blocks))}</div>'
    )


def _html(block: Block) -> str:
    match block:
        case Text(content):
            return _markdown(content)
        case Line():
            return "<hr>"
        case Buttons(buttons):
            return f'<div class="row">{"".join(map(_button, buttons))}</div>'
        case Select(_, placeholder, options):
            items = "".join(
                f"<li>{escape(option.label)} <i>{escape(option.description)}</i></li>" for option in options
            )
            return f'<div class="row"><div class="select">{escape(placeholder)} ▾<ul>{items}</ul></div></div>'


def _button(button: Button) -> str:
    off = " off" if button.disabled else ""
    arrow = " ↗" if button.style is Style.LINK else ""
    return f'<span class="button {button.style.name.lower()}{off}">{escape(button.label)}{arrow}</span>'


def _markdown(text: str) -> str:
    """As much of Discord's Markdown as cards use."""
    parts = re.split(r"```\n(.*?)\n```", text, flags=re.DOTALL)
    return "".join(
        f"<pre><code>{escape(part)}</code></pre>" if position % 2 else "".join(map(_line, part.strip("\n").split("\n")))
        for position, part in enumerate(parts)
        if part.strip()
    )


def _line(line: str) -> str:
    html = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(line, quote=False))
    html = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", r"<b>\1</b>", html)
    html = re.sub(r"\\([*_~|\\\[&#>-])", r"\1", html)
    if html.startswith("### "):
        return f"<h3>{html[4:]}</h3>"
    return f"<small>{html[3:]}</small>" if html.startswith("-# ") else f"<div>{html}</div>"


if __name__ == "__main__":
    print(asyncio.run(preview(sys.argv[1:])))  # noqa: T201
