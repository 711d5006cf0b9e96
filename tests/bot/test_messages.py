from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pydantic import HttpUrl

from api.client import Cause, Confidence, Diagnosis, FixStep, FollowUp, IndexInfo, Link
from bot.messages import MESSAGE_CHARACTERS, answer, cut

CERTIFICATE = Cause(
    entry_id="certificate-expired-on-server",
    title="The server's TLS certificate has expired",
    probability=0.806,
    section="login",
    score=1.4,
    reasons=(),
    summary="Mail programs refuse to talk to such a server.",
    confirm=("Read the date in the certificate dialog.", "Try another device.", "Ask a colleague."),
    fix=(FixStep(text="Renew the certificate."), FixStep(text="Reload the server.")),
    links=(Link(title="TLS", url=HttpUrl("https://pigeon.example/docs/tls")),),
    url="/v1/entries/certificate-expired-on-server",
)
PASSWORD = CERTIFICATE.model_copy(update={"title": "The stored password hash is outdated", "probability": 0.1})
FOLLOW_UP = FollowUp(
    finding_id="old-hash", question="Does the server refuse the password?", how_to_look="Look for status 535."
)

# Repeated, so that texts far beyond the limit are as likely as short ones.
prose = st.builds(lambda text, times: text * times, st.text(max_size=40), st.sampled_from((1, 10, 1000)))
said = prose.filter(str.strip)
steps = st.builds(FixStep, text=said, code=st.just(()))
links = st.builds(
    Link,
    title=st.just("TLS"),
    url=st.builds(lambda length: HttpUrl(f"https://pigeon.example/{'x' * length}"), st.integers(0, 2000)),
)
causes = st.builds(
    Cause,
    title=prose,
    summary=prose,
    reasons=st.just(()),
    confirm=st.lists(prose, max_size=4).map(tuple),
    fix=st.lists(steps, max_size=4).map(tuple),
    links=st.lists(links, max_size=4).map(tuple),
)
diagnoses = st.builds(
    Diagnosis,
    message=prose,
    causes=st.lists(causes, max_size=4).map(tuple),
    findings=st.just(()),
    follow_up=st.none() | st.builds(FollowUp, question=prose, how_to_look=prose),
)


def diagnosis(*causes: Cause, follow_up: FollowUp | None = None) -> Diagnosis:
    return Diagnosis(
        id="1",
        index=IndexInfo(id="1", built_at=datetime(2026, 1, 2, tzinfo=UTC)),
        confidence=Confidence.CONFIDENT,
        none_probability=0,
        causes=causes,
        ruled_out=(),
        findings=(),
        follow_up=follow_up,
        signals=(),
        message="The first cause explains this well.",
    )


def test_answer_reads_from_cause_to_fix_to_the_next_question() -> None:
    assert (
        answer(diagnosis(CERTIFICATE, PASSWORD, follow_up=FOLLOW_UP))
        == """\
_The first cause explains this well._
**The server's TLS certificate has expired** (81%)
Mail programs refuse to talk to such a server.
**Confirm**
1. Read the date in the certificate dialog.
2. Try another device.
**Fix**
1. Renew the certificate.
2. Reload the server.
<https://pigeon.example/docs/tls>

**Other candidates**
• The stored password hash is outdated (10%)

**One question would help:** Does the server refuse the password?
Look for status 535."""
    )


def test_only_cause_is_not_followed_by_a_heading_for_others() -> None:
    text = answer(diagnosis(CERTIFICATE, follow_up=FOLLOW_UP))

    assert "Other candidates" not in text
    assert text.endswith("\n\n**One question would help:** Does the server refuse the password?\nLook for status 535.")


def test_answer_without_causes_is_its_message_alone() -> None:
    assert answer(diagnosis()) == "_The first cause explains this well._"


def test_long_fix_is_cut_and_what_comes_after_it_stays() -> None:
    long = CERTIFICATE.model_copy(update={"fix": (FixStep(text="Renew it again. " * 200),)})

    text = answer(diagnosis(long, PASSWORD, follow_up=FOLLOW_UP))

    assert len(text) <= MESSAGE_CHARACTERS
    assert "Renew it again.…\n\n**Other candidates**\n• The stored password hash is outdated (10%)" in text
    assert text.endswith("Look for status 535.")


@given(diagnoses)
def test_every_answer_fits_into_a_message(diagnosis: Diagnosis) -> None:
    assert 0 < len(answer(diagnosis).strip()) <= MESSAGE_CHARACTERS


@given(prose, st.integers(1, 300))
def test_cut_text_is_the_beginning_within_the_limit(text: str, limit: int) -> None:
    kept = cut(text, limit)

    assert len(kept) <= limit
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))


def test_text_is_cut_between_words() -> None:
    assert cut("renew the certificate", 15) == "renew the…"


def test_text_without_a_space_in_its_second_half_is_cut_within_the_word() -> None:
    assert cut("a certificateofmanyletters", 10) == "a certifi…"
