"""Environment variables: code reads them, a .env file or a Compose file beside it sets them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.evidence.model import ConfigFact, ConfigValue

_READS = re.compile(
    r"""(?:process\.env|import\.meta\.env)(?:\.(?P<a>\w+)|\[["'](?P<b>\w+)["']\])
    |os\.(?:environ(?:\.get)?|getenv|Getenv|LookupEnv)[\[(]\s*["'](?P<c>\w+)["']
    |\$\{(?P<d>\w+)(?::?-[^}]*)?\}""",
    re.VERBOSE,
)


def resolve_environment(facts: Sequence[ConfigFact]) -> list[ConfigFact]:
    """The facts, with the value of each environment variable that another of them sets put where it is read."""
    variables = {
        fact.path.rsplit(".", 1)[-1]: fact.value
        for fact in facts
        if fact.language == "dotenv" or ".environment." in f".{fact.path}"
    }
    if not variables:
        return list(facts)
    return [_resolved(fact, variables) for fact in facts]


def _resolved(fact: ConfigFact, variables: dict[str, ConfigValue]) -> ConfigFact:
    if not isinstance(fact.value, str) or (fact.literal and not fact.value.startswith("${")):
        return fact
    # Only what begins with the variable: in `"https://" + process.env.HOST` it is a part of the value.
    read = _READS.match(fact.value)
    name = next((group for group in read.groups() if group), None) if read else None
    if name is None or name not in variables:
        return fact
    return replace(fact, value=variables[name], literal=True)
