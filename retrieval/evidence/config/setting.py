"""What every reader of configuration yields."""

from typing import NamedTuple

from retrieval.evidence.model import ConfigValue


class Setting(NamedTuple):
    """A value that a text sets; `row` counts from 0 within it. See `ConfigFact` for the others."""

    path: str
    value: ConfigValue
    row: int
    literal: bool = True
