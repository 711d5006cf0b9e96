"""Start a new entry: a file with every field and a word on each, which the linter then asks to be filled."""

import math
import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from kb.errors import EntryExists, InvalidName
from kb.schema import Slug

LONGEST_PHRASING = 300
"""Characters of a message that are kept: of a longer one the rest is seldom of use."""
MOST_PHRASINGS = 12

_SLUG = TypeAdapter(Slug)

_TEMPLATE = """\
id: {id}
title:      # the cause as a sentence, at most 100 characters
section: {section}
summary:    # what is wrong and what it does, in one or two sentences
symptoms:{none}   # 6 to 12, as people put it: one vague line, questions, a detailed report; different words each time
{phrasings}errors: []     # literal messages; <name> stands for a part that varies
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


def scaffold(section: str, entry_id: str, symptoms: Sequence[str] = ()) -> str:
    """The text of a file to fill in.

    :param symptoms: messages to begin with, in full or as far as they fit a phrasing.
    :raises InvalidName: if the id or the section is not in lower case with hyphens.
    """
    for name in (section, entry_id):
        try:
            _SLUG.validate_python(name)
        except ValidationError as error:
            raise InvalidName(name) from error
    phrasings = list(dict.fromkeys(filter(None, map(_phrasing, symptoms))))[:MOST_PHRASINGS]
    return _TEMPLATE.format(
        id=entry_id,
        section=section,
        none="" if phrasings else " []",
        phrasings=_yaml_items(phrasings),
        today=date.today().isoformat(),  # noqa: DTZ011 -- the author's own date
    )


def _phrasing(message: str) -> str:
    line = "".join(filter(str.isprintable, " ".join(message.split())))
    return line if len(line) <= LONGEST_PHRASING else f"{line[: LONGEST_PHRASING - 1].rstrip()}…"


def _yaml_items(lines: list[str]) -> str:
    text = yaml.safe_dump(lines, allow_unicode=True, width=math.inf, default_flow_style=False)
    return textwrap.indent(text, "  ") if lines else ""


def new_entry(root: Path, section: str, entry_id: str) -> Path:
    """Write the scaffold of an entry and return its path.

    :raises InvalidName: if the id or the section is not in lower case with hyphens.
    :raises EntryExists: if there is such a file.
    """
    text = scaffold(section, entry_id)
    path = root / "entries" / section / f"{entry_id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise EntryExists(path) from error
    return path
