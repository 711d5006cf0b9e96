"""What the bot says, as text within Discord's limits; needs no Discord."""

from api.client import Cause, Diagnosis

MESSAGE_CHARACTERS = 2000
_ELLIPSIS = "…"


def answer(diagnosis: Diagnosis) -> str:
    """One message: the first cause with its fix, the others by title, the question that would help."""
    body, end = [f"_{diagnosis.message}_"], []
    if diagnosis.causes:
        first, *others = diagnosis.causes
        body += _cause(first)
        if others:
            end += ["", "**Other candidates**", *(f"• {cause.title} ({cause.probability:.0%})" for cause in others)]
    if follow_up := diagnosis.follow_up:
        end += ["", f"**One question would help:** {follow_up.question}", follow_up.how_to_look]
    # The end is what gets a conversation on, so a long fix is cut for it.
    closing = cut("".join(f"\n{line}" for line in end), MESSAGE_CHARACTERS // 2)
    return cut("\n".join(body), MESSAGE_CHARACTERS - len(closing)) + closing


def _cause(cause: Cause) -> list[str]:
    lines = [f"**{cause.title}** ({cause.probability:.0%})", cause.summary]
    lines += ["**Confirm**", *(f"{number}. {check}" for number, check in enumerate(cause.confirm[:2], start=1))]
    lines += ["**Fix**", *(f"{number}. {step.text}" for number, step in enumerate(cause.fix, start=1))]
    lines += [f"<{link.url}>" for link in cause.links[:2]]
    return lines


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a line or word where possible."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(_ELLIPSIS)]
    boundary = max(kept.rfind("\n"), kept.rfind(" "))
    return (kept[:boundary] if boundary > limit // 2 else kept) + _ELLIPSIS
