"""A HAR of 10 MB as a browser would export it, and what it costs: `python -m tests.retrieval.evidence.large_har`."""

import json
import resource
import sys
import time
from itertools import cycle
from typing import Any

from retrieval.diagnosis import MAX_EVIDENCE_CHARACTERS, Evidence
from retrieval.evidence.reading import read_evidence
from tests.retrieval.evidence.samples import RECORDED

SCRIPT = (
    '(self.webpack=self.webpack||[]).push([[179],{4207:(e,t,n)=>{"use strict";n.r(t);const r="caf\u00e9 \u2713"}}]);\n'
)


def large_har(characters: int = MAX_EVIDENCE_CHARACTERS) -> str:
    """Recorded requests again and again, each followed by a script of 100 kB, up to this size."""
    recorded = [json.loads(path.read_text()) for path in sorted(RECORDED.glob("*.har"))]
    entries: list[dict[str, Any]] = []
    size = 0
    for document in cycle(recorded):
        for entry in [*document["log"]["entries"], _script(len(entries))]:
            size += len(json.dumps(entry, ensure_ascii=False)) + 2
            if size > characters - 1_000:
                return json.dumps({"log": {**document["log"], "entries": entries}}, ensure_ascii=False)
            entries.append(entry)
    raise AssertionError("nothing is recorded")


def _script(number: int) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-11-30T07:00:00.000Z",
        "time": 12.5,
        "request": {"method": "GET", "url": f"https://app.example.com/static/{number}.chunk.js", "headers": []},
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": [{"name": "Content-Type", "value": "application/javascript"}],
            "content": {"mimeType": "application/javascript", "text": SCRIPT * (100_000 // len(SCRIPT))},
        },
    }


def main() -> None:
    """Print seconds, and the memory of the whole process, which has the HAR in it as well."""
    text = large_har()
    started, started_cpu = time.perf_counter(), time.process_time()
    artifacts = read_evidence("", [Evidence(name="large.har", text=text)])
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{len(text):,} characters, {len(artifacts.exchanges)} exchanges: "
        f"{seconds:.2f} s, of CPU {cpu_seconds:.2f} s; {peak_mib:.0f} MiB at the peak\n"
    )


if __name__ == "__main__":
    main()
