"""A diagnosis as one compact message."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from api.client import Cause, Confidence, Diagnosis, FixStep, Link
from bot.presses import Action, Press, short
from bot.replies.card import (
    MAX_TEXT,
    MAX_URL,
    Block,
    Button,
    Buttons,
    Card,
    Colour,
    Line,
    Option,
    Select,
    Style,
    Text,
)
from bot.replies.text import cut, fenced, fitting, length, prose, quoted
from bot.words import Words

SHOWN_REASONS, SHOWN_CHECKS, SHOWN_LINKS, SHOWN_CANDIDATES, SHOWN_NOTES = 2, 2, 4, 3, 2
QUOTE_CHARACTERS = 90
HEAD_CHARACTERS, QUESTION_CHARACTERS, NOTES_CHARACTERS, END_CHARACTERS = 900, 750, 600, 200
"""What others take at most; the cause has the rest of `MAX_TEXT`."""

_COLOURS = {
    Confidence.CONFIDENT: Colour.CONFIDENT,
    Confidence.LIKELY: Colour.LIKELY,
    Confidence.UNSURE: Colour.UNSURE,
}


@dataclass(frozen=True)
class Reader:
    """For whom an answer is written: who asked, the language of the bot's words, the SDK whose code is read."""

    owner: int
    words: Words
    sdk: str | None = None


@dataclass(frozen=True)
class Progress:
    """What people did with an answer so far.

    `shown` is the entry that somebody chose to look at; an `onlooker` gets a copy that only shows.
    """

    shown: str | None = None
    rejected: frozenset[str] = frozenset()
    solved_by: str | None = None
    human_called: bool = False
    onlooker: bool = False


NOTHING_YET = Progress()


def answer_card(diagnosis: Diagnosis, reader: Reader, progress: Progress = NOTHING_YET) -> Card:
    """The cause to try next in full, the others to choose from, the question that would help, and what became of it."""
    words = reader.words
    cause = _shown_cause(diagnosis, progress)
    head = _head(diagnosis, cause, words, progress)
    question = [] if progress.solved_by or progress.onlooker else list(_question(diagnosis, reader))
    notes = _notes(diagnosis, words)
    said = [*notes, *(block for block in question if isinstance(block, Text))]
    taken = sum(length(block.content) for block in said) + END_CHARACTERS
    blocks: list[Block] = [Text(head)]
    if cause:
        blocks.append(Text(_body(cause, reader, MAX_TEXT - length(head) - taken)))
        blocks += link_buttons(cause.links)
        blocks += _code_choice(cause, diagnosis, reader)
    if progress.solved_by:
        return Card((*blocks, Line(), Text(words("solved_thanks"))), Colour.SOLVED)
    blocks += _other_causes(diagnosis, cause, reader, progress)
    blocks += notes
    if not progress.onlooker:
        blocks += question
        blocks += [Line(), _outcome(diagnosis, cause, reader, progress)]
    return Card(tuple(blocks), _COLOURS[diagnosis.confidence])


def _shown_cause(diagnosis: Diagnosis, progress: Progress) -> Cause | None:
    """The cause that was chosen or solved it; else the first that nobody rejected; none while unsure of all."""
    wanted = progress.solved_by or progress.shown
    for cause in diagnosis.causes:
        if cause.entry_id == wanted:
            return cause
    left = [cause for cause in diagnosis.causes if cause.entry_id not in progress.rejected]
    return left[0] if left and diagnosis.confidence is not Confidence.UNSURE else None


def _head(diagnosis: Diagnosis, cause: Cause | None, words: Words, progress: Progress) -> str:
    if progress.solved_by:
        return words("head_solved")
    if cause is None:
        known = [cause for cause in diagnosis.causes if cause.entry_id not in progress.rejected]
        if diagnosis.causes and not known:
            return words("all_ruled_out")
        nearest = "\n".join(f"- {prose(cut(cause.title, 100))}" for cause in known[:SHOWN_CANDIDATES])
        lines = [words("head_unsure"), words("what_to_paste")]
        return cut("\n".join([*lines, words("nearest"), nearest] if nearest else lines), HEAD_CHARACTERS)
    if cause.entry_id == diagnosis.causes[0].entry_id:
        return words(f"head_{diagnosis.confidence}")
    return words("head_other", percent=f"{cause.probability:.0%}")


def _body(cause: Cause, reader: Reader, limit: int) -> str:
    words = reader.words
    paragraphs = [f"### {prose(cause.title)}", prose(cause.summary)]
    paragraphs += [f"-# {reason}" for reason in _reasons(cause, words)]
    paragraphs += remedy(cause.confirm[:SHOWN_CHECKS], cause.fix, reader)
    return fitting(paragraphs, limit, words("more_in_entry", entry_id=cause.entry_id))


def _reasons(cause: Cause, words: Words) -> list[str]:
    """What led to this cause, the user's words or a line of their evidence, each once."""
    supporting = [reason for reason in cause.reasons if reason.weight > 0]
    said = dict.fromkeys(
        words("because_shown", where=prose(reason.where), quote=quoted(reason.quote, QUOTE_CHARACTERS))
        if reason.where
        else words("because", quote=quoted(reason.quote, QUOTE_CHARACTERS))
        for reason in supporting
    )
    return list(said)[:SHOWN_REASONS]


def _notes(diagnosis: Diagnosis, words: Words) -> list[Text]:
    """Causes that are out, with what rules them out, and evidence that could not be read."""
    lines = [
        words(
            "contradicted",
            title=prose(cause.title),
            where=prose(cause.where),
            quote=quoted(cause.quote, QUOTE_CHARACTERS),
        )
        for cause in diagnosis.ruled_out[:SHOWN_NOTES]
    ]
    lines += [
        words("unread", name=prose(evidence.name), reason=prose(evidence.reason))
        for evidence in diagnosis.unreadable[:SHOWN_NOTES]
    ]
    return [Text(cut("\n".join(f"-# {line}" for line in lines), NOTES_CHARACTERS))] if lines else []


def remedy(confirm: Iterable[str], fix: Iterable[FixStep], reader: Reader) -> list[str]:
    """Checks and steps as paragraphs, each with the code that this reader reads."""
    words = reader.words
    paragraphs = [f"**{words('confirm')}**"]
    paragraphs += [f"{number}. {prose(check)}" for number, check in enumerate(confirm, start=1)]
    paragraphs.append(f"**{words('fix')}**")
    for number, step in enumerate(fix, start=1):
        paragraphs.append(f"{number}. {prose(step.text)}")
        if step.code:
            snippet = next((snippet for snippet in step.code if snippet.sdk == reader.sdk), step.code[0])
            paragraphs.append(f"-# {snippet.sdk}\n{fenced(snippet.source)}")
    return paragraphs


def link_buttons(links: Iterable[Link]) -> Iterator[Buttons]:
    """A row of links; an address that Discord finds too long is left out."""
    buttons = tuple(Button(link.title, str(link.url), Style.LINK) for link in links if length(str(link.url)) <= MAX_URL)
    if buttons:
        yield Buttons(buttons[:SHOWN_LINKS])


def _code_choice(cause: Cause, diagnosis: Diagnosis, reader: Reader) -> Iterator[Select]:
    """A choice of SDKs, where it would change what is shown."""
    alternatives = [step.code for step in cause.fix if len(step.code) > 1]
    sdks = dict.fromkeys(snippet.sdk for code in alternatives for snippet in code)
    if sdks:
        press = Press(Action.CODE, reader.owner, diagnosis.id, short(cause.entry_id))
        yield Select(
            press.custom_id,
            reader.words("choose_code"),
            tuple(Option(sdk, sdk, chosen=sdk == reader.sdk) for sdk in sdks),
        )


def _other_causes(diagnosis: Diagnosis, shown: Cause | None, reader: Reader, progress: Progress) -> Iterator[Select]:
    words = reader.words
    options = tuple(
        Option(
            cause.title,
            cause.entry_id,
            words("ruled_out") if cause.entry_id in progress.rejected else f"{cause.probability:.0%}",
        )
        for cause in diagnosis.causes
        if cause is not shown
    )
    if options:
        press = Press(Action.SHOW, reader.owner, diagnosis.id, short(shown.entry_id) if shown else "")
        yield Select(press.custom_id, words("other_causes"), options)


def _question(diagnosis: Diagnosis, reader: Reader) -> Iterator[Block]:
    if follow_up := diagnosis.follow_up:
        words = reader.words
        text = f"**{words('question')}** {prose(follow_up.question)}\n-# {prose(follow_up.how_to_look)}"
        yield Line()
        yield Text(cut(text, QUESTION_CHARACTERS))
        subject = short(follow_up.finding_id)
        yield Buttons(
            tuple(
                Button(
                    words(f"answer_{action}"),
                    Press(action, reader.owner, diagnosis.id, subject).custom_id,
                    Style.PRIMARY,
                )
                for action in (Action.YES, Action.NO, Action.UNKNOWN)
            )
        )


def _outcome(diagnosis: Diagnosis, cause: Cause | None, reader: Reader, progress: Progress) -> Buttons:
    """What people say about the shown cause, and the way to other people."""
    words = reader.words
    buttons = verdict_buttons(diagnosis.id, cause.entry_id, reader) if cause else ()
    human = Press(Action.HUMAN, reader.owner, diagnosis.id, short(cause.entry_id) if cause else "")
    label = words("human_called") if progress.human_called else words("ask_human")
    return Buttons((*buttons, Button(label, human.custom_id, disabled=progress.human_called)))


def verdict_buttons(diagnosis_id: str, entry_id: str, reader: Reader) -> tuple[Button, ...]:
    """Whether a cause was it."""
    subject = short(entry_id)
    return (
        Button(
            reader.words("solved"), Press(Action.SOLVED, reader.owner, diagnosis_id, subject).custom_id, Style.SUCCESS
        ),
        Button(reader.words("not_it"), Press(Action.NOT_IT, reader.owner, diagnosis_id, subject).custom_id),
    )
