"""Queries with known answers, one JSON object a line.

`{"id", "question", "labels": {"<entry id>": 2 | 1}, "evidence": [{"name", "text"}], "style", "decoys": ["<entry id>"]}`

Grade 2 is the cause, 1 a helpful lead; no labels mean that nothing in the knowledge base answers it. Decoys are causes
that the question suggests and the evidence refutes. Evidence, style and decoys are optional, other keys are ignored.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from eval.errors import InvalidQueries
from kb import Problem
from kb.source_file import read_json_lines
from retrieval.diagnosis import MAX_EVIDENCE_ITEMS, MAX_SYMPTOM_CHARACTERS, DiagnosisRequest, Evidence

Labels = dict[str, Literal[1, 2]]
"""Entry id to grade; empty if nothing answers the query."""


class Query(BaseModel):
    """One question and its relevance judgments."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^\S+$", description="Without spaces: TREC files separate columns by them.")]
    question: Annotated[str, Field(max_length=MAX_SYMPTOM_CHARACTERS)]
    labels: Labels
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=MAX_EVIDENCE_ITEMS)] = ()
    style: Annotated[str | None, Field(description="How it is written; measured apart.")] = None
    decoys: Annotated[tuple[str, ...], Field(description="What the question suggests and the evidence refutes.")] = ()

    def request(self, top_k: int) -> DiagnosisRequest:
        """The request that asks this query."""
        return DiagnosisRequest(symptom=self.question, evidence=self.evidence, top_k=top_k)


_QUERY = TypeAdapter(Query)


def read_queries(paths: Sequence[Path], entry_ids: Collection[str]) -> list[Query]:
    """Read query files.

    :param entry_ids: the entries that labels may name.
    :raises InvalidQueries: with every problem of every file.
    """
    return [query for _, _, query in locate_queries(paths, entry_ids)]


def locate_queries(paths: Sequence[Path], entry_ids: Collection[str]) -> list[tuple[Path, int, Query]]:
    """Read query files, each query with its file and line; as `read_queries`."""
    located: dict[str, tuple[Path, int, Query]] = {}
    problems: list[Problem] = []
    for path in paths:
        rows, file_problems = read_json_lines(path, _QUERY)
        problems += file_problems
        for line, query in rows:
            if query.id in located:
                problems.append(Problem(path, line, f"query id '{query.id}' is used twice"))
            problems += [
                Problem(path, line, f"unknown entry '{entry_id}' in {field}")
                for field, named in (("labels", query.labels), ("decoys", query.decoys))
                for entry_id in sorted(set(named) - set(entry_ids))
            ]
            problems += [
                Problem(path, line, f"'{entry_id}' is a label and a decoy")
                for entry_id in sorted(set(query.decoys) & query.labels.keys())
            ]
            located[query.id] = (path, line, query)
        if not rows and not file_problems:
            problems.append(Problem(path, 1, "there is no query in this file"))
    if problems:
        raise InvalidQueries(problems)
    return list(located.values())
