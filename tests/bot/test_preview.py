import pytest

from bot.preview import card_html, preview
from bot.replies.answer import answer_card
from tests.bot.replies.samples import DISK, READER, RELAY, diagnosis
from tests.symptoms import PORT, PORT_TITLE

pytestmark = pytest.mark.anyio


async def test_page_has_the_answer_to_each_symptom(api_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_API_URL", api_url)

    page = await preview([PORT, "<b>nothing</b> arrives"])

    assert page.count('<div class="card"') == 2
    assert f"<h3>{PORT_TITLE}</h3>" in page
    assert "&lt;b&gt;nothing&lt;/b&gt; arrives" in page


async def test_card_is_drawn_with_its_texts_code_buttons_and_selects() -> None:
    html = card_html(answer_card(diagnosis(RELAY, DISK, question=True), READER))

    assert "<b>Most likely this.</b>" in html
    assert "<pre><code>pigeon set relay smtp.example.com:587</code></pre>" in html
    assert '<span class="button success">This fixed it</span>' in html
    assert "Ask the *provider*." in html
    assert "<li>The disk is full <i>12%</i></li>" in html
