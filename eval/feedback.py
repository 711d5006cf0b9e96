"""From what users said about answers to queries: a person confirms each one.

The seam to wherever feedback is kept is a file of JSON lines, one `Feedback` each.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from eval.errors import InvalidFeedback, InvalidLabel, NotConfirmable
from eval.query_sets import Query, read_queries
from kb.source_file import read_json_lines


class Feedback(BaseModel):
    """What one user said about one cause of a diagnosis."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    diagnosis_id: Annotated[str, Field(pattern=r"^\S+$")]
    symptom: str
    entry_id: str
    verdict: Literal["solved", "not_it", "wrong"]
    created_at: AwareDatetime


class Candidate(BaseModel):
    """A diagnosis with feedback, as a query that a person may confirm."""

    id: str
    question: str
    solved_by: tuple[str, ...]
    not_it: tuple[str, ...]


_GRADES: Mapping[str, Literal[1, 2]] = {"1": 1, "2": 2}
_FEEDBACK = TypeAdapter(Feedback)


def read_feedback(path: Path) -> list[Feedback]:
    """Read feedback, one JSON object a line.

    :raises InvalidFeedback: with every problem.
    """
    rows, problems = read_json_lines(path, _FEEDBACK)
    if problems:
        raise InvalidFeedback(problems)
    return [feedback for _, feedback in rows]


def find_candidates(feedback: Iterable[Feedback]) -> list[Candidate]:
    """One candidate for each diagnosis, oldest first; what is said later of a cause replaces what was said earlier."""
    by_diagnosis: dict[str, dict[str, Feedback]] = {}
    for word in sorted(feedback, key=lambda word: word.created_at):
        by_diagnosis.setdefault(word.diagnosis_id, {})[word.entry_id] = word
    return [
        Candidate(
            id=diagnosis_id,
            question=next(iter(words.values())).symptom,
            solved_by=tuple(key for key, word in words.items() if word.verdict == "solved"),
            not_it=tuple(key for key, word in words.items() if word.verdict != "solved"),
        )
        for diagnosis_id, words in by_diagnosis.items()
    ]


def read_labels(texts: Sequence[str]) -> dict[str, Literal[1, 2]]:
    """Read `ENTRY=GRADE` texts.

    :raises InvalidLabel: if one is something else.
    """
    labels: dict[str, Literal[1, 2]] = {}
    for text in texts:
        entry_id, _, grade = text.partition("=")
        if grade not in _GRADES:
            raise InvalidLabel(text)
        labels[entry_id] = _GRADES[grade]
    return labels


def confirm(
    candidate: Candidate, labels: Mapping[str, Literal[1, 2]] | None, query_file: Path, entry_ids: Collection[str]
) -> Query:
    """Append a candidate to a query file.

    :param labels: what answers it (empty: nothing does); None takes what solved it.
    :raises NotConfirmable: if it is there already, names an entry that doesn't exist, or there are no labels to take.
    :raises InvalidQueries: if the query file has problems.
    """
    if labels is None and not candidate.solved_by:
        raise NotConfirmable(candidate.id, "nothing solved it: say which entry answers it, or that nothing does")
    labels = dict.fromkeys(candidate.solved_by, 2) if labels is None else dict(labels)
    if unknown := sorted(labels.keys() - entry_ids):
        raise NotConfirmable(candidate.id, f"there is no entry {', '.join(unknown)}")
    known = read_queries([query_file], entry_ids) if query_file.exists() else []
    if candidate.id in {query.id for query in known}:
        raise NotConfirmable(candidate.id, f"it is in {query_file} already")
    query = Query(id=candidate.id, question=candidate.question, labels=labels, style="feedback")
    before = query_file.read_text(encoding="utf-8") if query_file.exists() else ""
    separator = "" if not before or before.endswith("\n") else "\n"
    line = query.model_dump_json(exclude_defaults=True)
    query_file.write_text(f"{before}{separator}{line}\n", encoding="utf-8")
    return query
