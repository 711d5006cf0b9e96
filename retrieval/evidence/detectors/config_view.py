"""Facts of configuration as expressions see them, and the side that each belongs to."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from kb import ProductEvidence
from kb.patterns import PatternSet
from kb.schema import CodeOfOneSide
from retrieval.evidence.model import ConfigFact, Side

_BROWSER_ONLY = re.compile(r"\b(window|document|localStorage|sessionStorage|navigator)\.")
_ACRONYM = re.compile(r"^[A-Z]+(?=[A-Z][a-z]|$)")


def setting_name(path: str) -> str:
    """The last part of a path in camelCase, so that one expression fits every language.

    `cookie_same_site`, `CookieSameSite` and `cookieSameSite` are "cookieSameSite"; `APIDomain` is "apiDomain";
    `CORS_ALLOW_ALL` is "corsAllowAll".
    """
    name = path.rsplit(".", 1)[-1]
    if "_" in name.strip("_") or "-" in name:
        first, *others = re.split(r"[_-]+", name.strip("_-"))
        return first.lower() + "".join(word[:1].upper() + word[1:].lower() for word in others)
    acronym = _ACRONYM.match(name)
    return acronym.group().lower() + name[acronym.end() :] if acronym else name[:1].lower() + name[1:]


def view_config(fact: ConfigFact) -> dict[str, Any]:
    """The fields that an expression may name."""
    return {
        "path": fact.path,
        "name": setting_name(fact.path),
        "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "literal": fact.literal,
        "side": fact.side.value,
        "language": fact.language,
        "source": fact.source,
    }


class Sides:
    """Tells whether code and configuration belong to the frontend or to the backend."""

    def __init__(self, product: ProductEvidence) -> None:
        self._frontend = _Marks(product.frontend)
        self._backend = _Marks(product.backend)

    def assign(self, facts: Sequence[ConfigFact]) -> list[ConfigFact]:
        """The facts with their sides. Those of one file or snippet have one; it is unknown if its marks disagree."""
        by_snippet: defaultdict[tuple[str, int], list[ConfigFact]] = defaultdict(list)
        for fact in facts:
            by_snippet[fact.source, fact.snippet].append(fact)
        sides = {snippet: self._side(together) for snippet, together in by_snippet.items()}
        return [
            fact if fact.side is not Side.UNKNOWN else replace(fact, side=sides[fact.source, fact.snippet])
            for fact in facts
        ]

    def _side(self, facts: Sequence[ConfigFact]) -> Side:
        if any(_runs_in_browser(fact) for fact in facts):
            return Side.FRONTEND
        if facts[0].language in {"python", "go", "nginx"}:
            return Side.BACKEND
        for marks_of in (_Marks.imported, _Marks.named):
            frontend, backend = marks_of(self._frontend, facts), marks_of(self._backend, facts)
            if frontend != backend:
                return Side.FRONTEND if frontend else Side.BACKEND
        return Side.UNKNOWN


class _Marks:
    def __init__(self, code: CodeOfOneSide) -> None:
        self._imports = PatternSet(code.imports)
        self._names = frozenset(code.names)

    def imported(self, facts: Iterable[ConfigFact]) -> bool:
        return any(
            fact.path == "import" and isinstance(fact.value, str) and self._imports.matching(fact.value)
            for fact in facts
        )

    def named(self, facts: Iterable[ConfigFact]) -> bool:
        return any(setting_name(fact.path) in self._names for fact in facts)


def _runs_in_browser(fact: ConfigFact) -> bool:
    if fact.path == "directive":
        return fact.value == "use client"
    sources = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    return bool(_BROWSER_ONLY.search(fact.path)) or any(
        isinstance(source, str) and not fact.literal and _BROWSER_ONLY.search(source) for source in sources
    )
