"""Start a new entry: a file with every field and a word on each, which the linter then asks to be filled."""

from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kb.errors import EntryExists, InvalidName
from kb.schema import Slug

_SLUG = TypeAdapter(Slug)

_TEMPLATE = """\
id: {id}
title:      # the cause as a sentence, at most 100 characters
section: {section}
summary:    # what is wrong and what it does, in one or two sentences
symptoms: []   # 6 to 12, as people put it: one vague line, questions, a detailed report; different words each time
errors: []     # literal messages; <name> stands for a part that varies
cause:      # why it happens, so that a reader believes it
confirm: []    # checks of about a minute each, the most decisive first; say which result means yes
fix: []        # steps: {{text: ..., code: [{{sdk: ..., source: ...}}]}}
links: []      # {{title: ..., url: ...}}
applies_to: {{platforms: [], sdks: [], token_transports: []}}
findings: {{always: [], usually: [], sometimes: [], rarely: [], never: []}}   # ids from findings.yaml
confused_with: []   # {{id: ..., observation: There ...; here ...}}
source:     # where this knowledge comes from and what it was checked against
updated: {today}
"""


def new_entry(root: Path, section: str, entry_id: str) -> Path:
    """Write the scaffold of an entry and return its path.

    :raises InvalidName: if the id or the section is not in lower case with hyphens.
    :raises EntryExists: if there is such a file.
    """
    for name in (section, entry_id):
        try:
            _SLUG.validate_python(name)
        except ValidationError as error:
            raise InvalidName(name) from error
    path = root / "entries" / section / f"{entry_id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_TEMPLATE.format(id=entry_id, section=section, today=date.today().isoformat()))  # noqa: DTZ011 -- the author's own date
    except FileExistsError as error:
        raise EntryExists(path) from error
    return path
