"""Everything that was pasted or attached, read: the format of each piece and of parts inside it is recognised."""

import re
from collections.abc import Iterable, Sequence

from retrieval.diagnosis import MAX_EVIDENCE_CHARACTERS, Evidence
from retrieval.evidence.commands import read_command
from retrieval.evidence.config import read_config
from retrieval.evidence.config.languages import guess_language
from retrieval.evidence.exchanges import pair_messages, scheme_of
from retrieval.evidence.har import MOST_EXCHANGES, find_har, read_har
from retrieval.evidence.logged_exchanges import read_logged_exchange
from retrieval.evidence.logs import looks_logged, read_log
from retrieval.evidence.messages import MessageText, ResponseText, inline_headers, is_heading, read_message
from retrieval.evidence.model import SYMPTOM, Artifacts, ConfigFact, Exchange, LogLine, Unreadable
from retrieval.evidence.parts import Part, clean_lines, split_parts
from retrieval.evidence.telling import telling_lines
from retrieval.masking import mask

MOST_LINES = 20_000
"""Of a longer log the first and the last lines are read: how it began and how it ended."""
MOST_PARTS = 200
MOST_RECORDINGS = 20
MOST_CONFIG_CHARACTERS = 500_000
MOST_NAME_CHARACTERS = 200
LEAST_LOG_SHARE = 0.3
"""Of a log, at least so many lines look like one; the others are continued messages and what programs print."""
MOST_NOISE_SHARE = 0.1
"""A file with more unprintable characters is no text."""

_CLOSING_FENCE = re.compile(r"\s{0,8}```")
NO_COOKIES = "no cookies are in it: if they were left out when it was saved, nothing can be told from them"


def read_evidence(symptom: str, pieces: Iterable[Evidence]) -> Artifacts:
    """What the symptom's text and the evidence show. Nothing that is pasted raises an error: it is `unreadable`."""
    reading = _Reading()
    words = reading.read_symptom(symptom)
    for piece in pieces:
        reading.read_piece(_source(piece.name), piece.text)
    return reading.artifacts(words)


class _Reading:
    """Collects what is read."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._log_lines: list[LogLine] = []
        self._config: list[ConfigFact] = []
        self._unreadable: list[Unreadable] = []
        self._config_characters_left = MOST_CONFIG_CHARACTERS

    def artifacts(self, words: str) -> Artifacts:
        """All that was read, with `words` as what the user said."""
        for left_out in {exchange.source: exchange for exchange in self._exchanges[MOST_EXCHANGES:]}:
            self._say_unread(left_out, f"of all requests together only the first {MOST_EXCHANGES:,} were read")
        del self._exchanges[MOST_EXCHANGES:]
        # What stands in the symptom is searched anyway, but for its recordings.
        telling = telling_lines(
            [exchange for exchange in self._exchanges if exchange.source != SYMPTOM or not exchange.line],
            [line for line in self._log_lines if line.source != SYMPTOM],
            [fact for fact in self._config if fact.source != SYMPTOM],
        )
        return Artifacts(
            exchanges=tuple(self._exchanges),
            log_lines=tuple(self._log_lines),
            config=tuple(self._config),
            unreadable=tuple(self._unreadable),
            words=mask(words),
            telling=tuple(telling),
        )

    def read_symptom(self, text: str) -> str:
        """Read what stands in the symptom itself; what is left of it without recordings."""
        return self._read_text(SYMPTOM, text, is_message=True)

    def read_piece(self, source: str, text: str) -> None:
        """Read one attachment."""
        if reason := _why_unreadable(source, text):
            self._unreadable.append(Unreadable(source, reason))
        else:
            # Around a fence or a recording, people write sentences.
            self._read_text(source, text, is_message="```" in text or find_har(text) is not None)

    def _read_text(self, source: str, text: str, *, is_message: bool) -> str:
        """Read the HARs in a text and what stands around them; the latter is returned."""
        around: list[str] = []
        position, line = 0, 1
        while (start := find_har(text, position)) is not None and len(around) < MOST_RECORDINGS:
            around.append(text[position:start])
            self._read_around(source, around[-1], line, is_message=is_message)
            content, end = read_har(text, start, source, MOST_EXCHANGES - len(self._exchanges))
            self._exchanges += content.exchanges
            self._say_unread(source, content.damage)
            self._say_unread(source, NO_COOKIES if content.exchanges and not content.shows_cookies else "")
            if fence := _CLOSING_FENCE.match(text, end):
                end = fence.end()
            line += text.count("\n", position, end)
            position = end
        if start is not None:
            self._say_unread(source, f"of its recordings only the first {MOST_RECORDINGS} were read")
        around.append(text[position:start])
        self._read_around(source, around[-1], line, is_message=is_message)
        return "".join(around)

    def _read_around(self, source: str, text: str, first_line: int, *, is_message: bool) -> None:
        lines = clean_lines(text)
        excerpts = {first_line: lines}
        if len(lines) > MOST_LINES:
            half = MOST_LINES // 2
            self._say_unread(source, f"of its {len(lines):,} lines only the first and the last {half:,} were read")
            excerpts = {first_line: lines[:half], first_line + len(lines) - half: lines[-half:]}
        for start, excerpt in excerpts.items():
            parts = list(split_parts(source, excerpt, start, is_message=is_message))
            if len(parts) > MOST_PARTS:
                self._say_unread(source, f"of its {len(parts):,} code blocks and texts only {MOST_PARTS} were read")
            for part in parts[:MOST_PARTS]:
                self._read_part(part)

    def _read_part(self, part: Part) -> None:
        says_code = guess_language(part.source, "", part.language) is not None
        messages, rest = _scan(part.lines, only_commands=says_code)
        self._exchanges += pair_messages(messages, part, scheme_of(part.lines))
        logged = [number for number in rest if looks_logged(part.lines[number])]
        is_log = len(logged) >= LEAST_LOG_SHARE * len(rest)
        facts = self._read_config(part, rest) if says_code or not is_log else []
        self._config += facts
        if part.is_prose or facts:
            rest = logged
        log_lines = read_log(part, rest)
        self._log_lines += log_lines
        self._exchanges += [exchange for line in log_lines if (exchange := read_logged_exchange(line))]

    def _read_config(self, part: Part, numbers: Sequence[int]) -> list[ConfigFact]:
        kept = set(numbers)
        # Lines that were something else are left empty, so that the others keep their numbers.
        text = "\n".join(line if number in kept else "" for number, line in enumerate(part.lines))
        text = text[: self._config_characters_left]
        self._config_characters_left -= len(text)
        return read_config(part.source, text, part.first_line, part.language) if text else []

    def _say_unread(self, source: str, reason: str) -> None:
        unreadable = Unreadable(source, reason)
        if reason and unreadable not in self._unreadable:
            self._unreadable.append(unreadable)


def _source(name: str) -> str:
    """What a piece of evidence is called in the answer, which is never what the symptom is called."""
    masked = mask(name).strip()[:MOST_NAME_CHARACTERS]
    return masked if masked not in ("", SYMPTOM) else f"attachment {masked}".strip()


def _scan(lines: Sequence[str], *, only_commands: bool) -> tuple[list[MessageText], list[int]]:
    """The messages in these lines, and the numbers of the other lines that say something."""
    messages: list[MessageText] = []
    rest: list[int] = []
    number = 0
    while number < len(lines):
        message: MessageText | None = read_command(lines, number)
        if message is None and not only_commands:
            message = read_message(lines, number)
        if message:
            messages.append(message)
            number = message.end
            continue
        if not only_commands and (pairs := inline_headers(lines[number])):
            messages.append(ResponseText(number, number + 1, pairs=pairs, whole=False))
        if lines[number].strip() and not is_heading(lines[number]):
            rest.append(number)
        number += 1
    return messages, rest


def _why_unreadable(source: str, text: str) -> str:
    if len(text) > MAX_EVIDENCE_CHARACTERS:
        return f"it has {len(text):,} characters, more than {MAX_EVIDENCE_CHARACTERS:,}: keep what shows the problem"
    sample = text[:10_000]
    noise = sum(character == "\ufffd" or (character < "\x1b" and not character.isspace()) for character in sample)
    if noise > MOST_NOISE_SHARE * len(sample):
        return "it is not text: paste or attach text, such as a log, headers or a HAR"
    if source.lower().endswith(".har") and text.strip() and find_har(text) is None:
        return 'there is no recording in it: a HAR begins with {"log": ...}'
    return ""
