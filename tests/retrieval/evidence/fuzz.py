"""Mutates what people paste and reads it: `python -m tests.retrieval.evidence.fuzz --seconds 60`.

Nothing may raise, take long, or say what cannot be written as UTF-8. A failing input is saved beside the working
directory, and its path is printed.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from retrieval.diagnosis import Evidence
from retrieval.evidence.model import Artifacts
from retrieval.evidence.reading import read_evidence
from retrieval.masking import mask
from tests.retrieval.evidence.samples import RECORDED, TEXTS

SLOW_SECONDS = 2.0
TOKENS = (
    "\n", "\r\n", "\x1b[31m", "\ud800", "\ufffd", "\x00", '"', "'", "`", "\\", "{", "}", "[", "]", ":", ";", ",", "=",
    "```", "curl ", "curl -H '", 'fetch("', "HTTP/1.1 200 OK\n", "> GET / HTTP/1.1\n", "< ", "* ", '{"log":{',
    '"entries":[', "set-cookie: a=b", "cookie:", "Request URL:\n", "Invoke-WebRequest -Uri ", "@{", "1e999", "null",
    "-1", "9" * 5000, "eyJ", "://", "-----BEGIN PRIVATE KEY-----", "%", "\u00e9", "\U0001f600", "a" * 10_000,
    "[" * 2_000, " " * 1_000,
)  # fmt: skip


def seeds() -> list[str]:
    """Recordings of real browsers and servers, and what tools print."""
    recorded = [path.read_text(errors="surrogateescape")[:60_000] for path in sorted(RECORDED.glob("*"))]
    return [*TEXTS.values(), *recorded]


def mutate(random_: random.Random, texts: list[str]) -> str:
    """A text in which some pieces were cut, doubled, exchanged or inserted."""
    text = random_.choice(texts)
    for _ in range(random_.randint(1, 8)):
        start = random_.randint(0, len(text))
        end = min(len(text), start + random_.choice((1, 5, 50, 1_000)))
        change = random_.choice(CHANGES)
        text = change(random_, text, start, end, texts)
    return text[:400_000]


Change = Callable[[random.Random, str, int, int, list[str]], str]
CHANGES: tuple[Change, ...] = (
    lambda _random, text, start, end, _texts: text[:start] + text[end:],
    lambda _random, text, start, end, _texts: text[:end] + text[start:],
    lambda _random, text, start, _end, _texts: text[:start],
    lambda random_, text, start, _end, _texts: text[:start] + random_.choice(TOKENS) + text[start:],
    lambda random_, text, start, end, _texts: text[:start] + random_.choice(TOKENS) + text[end:],
    lambda random_, text, start, _end, texts: text[:start] + random_.choice(texts) + text[start:],
    lambda random_, text, start, end, _texts: text[:start] + text[start:end] * random_.choice((2, 50)) + text[end:],
)


def check(text: str) -> Artifacts:
    """Read a text as a message and as an attachment; everything that comes out must be sayable."""
    artifacts = read_evidence(text[:100_000], [Evidence(name="a.txt", text=text), Evidence(name="b.har", text=text)])
    artifacts.text.encode()
    assert mask(artifacts.words) == artifacts.words, "masking twice changes more"
    for exchange in artifacts.exchanges:
        f"{exchange.where_request}{exchange.where_response}{exchange.summary}{exchange.initiator}".encode()
        for message in (exchange.request, exchange.response):
            if message:
                "".join(map(message.header_line, message.headers)).encode()
            if message and message.body:
                _ = message.body.json, message.body.form
    for line in artifacts.log_lines:
        f"{line.where}{line.text}".encode()
    for fact in artifacts.config:
        f"{fact.where}{fact.text}".encode()
    for piece in artifacts.unreadable:
        f"{piece.source}{piece.reason}".encode()
    return artifacts


def main() -> None:
    """Fuzz for some time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    texts, until, count, slowest = seeds(), time.monotonic() + options.seconds, 0, 0.0
    while time.monotonic() < until:
        text = mutate(random_, texts)
        started = time.process_time()
        try:
            check(text)
            took = time.process_time() - started
            assert took < SLOW_SECONDS, f"took {took:.1f} s"
        except Exception:
            path = Path(f"fuzz-{options.seed}-{count}.txt")
            path.write_bytes(text.encode(errors="surrogatepass"))
            sys.stderr.write(f"seed {options.seed}, input {count}, saved as {path}\n")
            raise
        count, slowest = count + 1, max(slowest, took)
    sys.stdout.write(f"{count} inputs, none failed; the slowest took {slowest:.2f} s (seed {options.seed})\n")


if __name__ == "__main__":
    main()
