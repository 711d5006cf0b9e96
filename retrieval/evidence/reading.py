"""Everything that was pasted or attached, read: the format of each piece and of parts inside it is recognised."""

from collections.abc import Iterable, Sequence

from retrieval.diagnosis import MAX_EVIDENCE_CHARACTERS, Evidence
from retrieval.evidence.commands import read_command
from retrieval.evidence.config import read_config
from retrieval.evidence.exchanges import pair_messages, scheme_of
from retrieval.evidence.har import find_har, read_har
from retrieval.evidence.logged_exchanges import read_logged_exchange
from retrieval.evidence.logs import looks_logged, read_log
from retrieval.evidence.messages import MessageText, ResponseText, inline_headers, is_heading, read_message
from retrieval.evidence.model import SYMPTOM, Artifacts, ConfigFact, Exchange, LogLine, Unreadable
from retrieval.evidence.parts import Part, split_parts
from retrieval.evidence.telling import telling_lines
from retrieval.masking import mask

MOST_CONFIG_CHARACTERS = 200_000
MOST_NAME_CHARACTERS = 200
LEAST_LOG_SHARE = 0.3
"""Of a log, at least so many lines look like one; the others are continued messages and what programs print."""
MOST_NOISE_SHARE = 0.1
"""A file with more unprintable characters is no text."""

NO_COOKIES = "no cookies are in it: if they were left out when it was saved, nothing can be told from them"


def read_evidence(symptom: str, pieces: Iterable[Evidence]) -> Artifacts:
    """What the symptom's text and the evidence show. Nothing that is pasted raises an error: it is `unreadable`."""
    reading = _Reading()
    words = reading.read_symptom(symptom)
    for piece in pieces:
        reading.read_piece(mask(piece.name)[:MOST_NAME_CHARACTERS], piece.text)
    return reading.artifacts(words)


class _Reading:
    """Collects what is read."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._log_lines: list[LogLine] = []
        self._config: list[ConfigFact] = []
        self._unreadable: list[Unreadable] = []

    def artifacts(self, words: str) -> Artifacts:
        """All that was read, with `words` as what the user said."""
        attached = [line for line in self._log_lines if line.source != SYMPTOM]
        telling = telling_lines(self._exchanges, attached, self._config)
        return Artifacts(
            exchanges=tuple(self._exchanges),
            log_lines=tuple(self._log_lines),
            config=tuple(self._config),
            unreadable=tuple(self._unreadable),
            words=mask(words),
            telling=tuple(map(mask, telling)),
        )

    def read_symptom(self, text: str) -> str:
        """Read what stands in the symptom itself; what is left of it without recordings."""
        return self._read_recordings(SYMPTOM, text, is_message=True)

    def read_piece(self, source: str, text: str) -> None:
        """Read one attachment."""
        if reason := _why_unreadable(source, text):
            self._unreadable.append(Unreadable(source, reason))
        else:
            # Around a fence or a recording, people write sentences.
            self._read_recordings(source, text, is_message="```" in text or find_har(text) is not None)

    def _read_recordings(self, source: str, text: str, *, is_message: bool) -> str:
        """Read the HARs in a text, then what stands around them."""
        around: list[str] = []
        line = 1
        while (start := find_har(text)) is not None:
            before = text[:start]
            self._read_parts(source, before, line, is_message=is_message)
            around.append(before)
            content, end = read_har(text[start:], source)
            self._exchanges += content.exchanges
            if content.damage:
                self._unreadable.append(Unreadable(source, content.damage))
            if content.exchanges and not content.shows_cookies:
                self._unreadable.append(Unreadable(source, NO_COOKIES))
            line += text.count("\n", 0, start + end)
            text = text[start + end :]
        self._read_parts(source, text, line, is_message=is_message)
        return "\n".join([*around, text])

    def _read_parts(self, source: str, text: str, first_line: int, *, is_message: bool) -> None:
        for part in split_parts(source, text, first_line, is_message=is_message):
            self._read_part(part)

    def _read_part(self, part: Part) -> None:
        messages, rest = _scan(part.lines)
        self._exchanges += pair_messages(messages, part, scheme_of(part.lines))
        logged = [number for number in rest if looks_logged(part.lines[number])]
        is_log = len(logged) >= LEAST_LOG_SHARE * len(rest)
        facts = [] if is_log else _read_config(part, rest)
        self._config += facts
        if part.is_prose or facts:
            rest = logged
        log_lines = read_log(part, rest)
        self._log_lines += log_lines
        self._exchanges += [exchange for line in log_lines if (exchange := read_logged_exchange(line))]


def _scan(lines: Sequence[str]) -> tuple[list[MessageText], list[int]]:
    """The messages in these lines, and the numbers of the other lines that say something."""
    messages: list[MessageText] = []
    rest: list[int] = []
    number = 0
    while number < len(lines):
        message = read_command(lines, number) or read_message(lines, number)
        if message:
            messages.append(message)
            number = message.end
            continue
        if pairs := inline_headers(lines[number]):
            messages.append(ResponseText(number, number + 1, pairs=pairs, whole=False))
        if lines[number].strip() and not is_heading(lines[number]):
            rest.append(number)
        number += 1
    return messages, rest


def _read_config(part: Part, numbers: Sequence[int]) -> list[ConfigFact]:
    kept = set(numbers)
    # Lines that were something else are left empty, so that the others keep their numbers.
    lines = [line if number in kept else "" for number, line in enumerate(part.lines)]
    return read_config(part.source, "\n".join(lines)[:MOST_CONFIG_CHARACTERS], part.first_line, part.language)


def _why_unreadable(source: str, text: str) -> str:
    if len(text) > MAX_EVIDENCE_CHARACTERS:
        return f"it has {len(text):,} characters, more than {MAX_EVIDENCE_CHARACTERS:,}: keep what shows the problem"
    sample = text[:10_000]
    noise = sum(character == "\ufffd" or (character < " " and not character.isspace()) for character in sample)
    if noise > MOST_NOISE_SHARE * len(sample):
        return "it is not text: paste or attach text, such as a log, headers or a HAR"
    if source.lower().endswith(".har") and text.strip() and find_har(text) is None:
        return 'there is no recording in it: a HAR begins with {"log": ...}'
    return ""
