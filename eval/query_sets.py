"""Queries with known answers, one JSON object a line.

`{"id", "question", "labels": {"<entry id>": 2 | 1}, "evidence": [{"name", "text"}]}`: grade 2 is the cause, 1 a helpful
lead; no labels mean that nothing in the knowledge base answers it. Other keys are ignored.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from eval.errors import InvalidQueries
from kb import Problem
from kb.source_file import read_json_lines
from retrieval.diagnosis import MAX_SYMPTOM_CHARACTERS, DiagnosisRequest, Evidence


class Query(BaseModel):
    """One question and its relevance judgments."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: Annotated[str, Field(max_length=MAX_SYMPTOM_CHARACTERS)]
    labels: dict[str, Literal[1, 2]]
    evidence: tuple[Evidence, ...] = ()

    def request(self, top_k: int) -> DiagnosisRequest:
        """The request that asks this query."""
        return DiagnosisRequest(symptom=self.question, evidence=self.evidence, top_k=top_k)


_QUERY = TypeAdapter(Query)


def read_queries(paths: Sequence[Path], entry_ids: Collection[str]) -> list[Query]:
    """Read query files.

    :param entry_ids: the entries that labels may name.
    :raises InvalidQueries: with every problem of every file.
    """
    queries: dict[str, Query] = {}
    problems: list[Problem] = []
    for path in paths:
        rows, file_problems = read_json_lines(path, _QUERY)
        problems += file_problems
        for line, query in rows:
            if query.id in queries:
                problems.append(Problem(path, line, f"query id '{query.id}' is used twice"))
            problems += [
                Problem(path, line, f"unknown entry '{entry_id}' in labels")
                for entry_id in sorted(query.labels.keys() - entry_ids)
            ]
            queries[query.id] = query
    if problems:
        raise InvalidQueries(problems)
    return list(queries.values())
