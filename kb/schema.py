"""What a knowledge base is made of: entries, findings, reports and the vocabulary they share.

Everything that a maintainer writes is validated here; `loader` reads the files, `lint` checks them against each other.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, model_validator

NONE_OF_THESE = "none"
"""The reserved id of "no entry explains this": the outcome beside the entries, and the name of its reports file."""


def _compiles(pattern: str) -> str:
    # Imported only now: clients of the API read entries without having RE2.
    from kb.patterns import compile_pattern

    compile_pattern(pattern)
    return pattern


def _not_reserved(entry_id: str) -> str:
    if entry_id == NONE_OF_THESE:
        raise ValueError(f"'{NONE_OF_THESE}' is the outcome beside the entries: choose another id")
    return entry_id


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\n]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Pattern = Annotated[str, StringConstraints(min_length=3), AfterValidator(_compiles)]
Expression = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""In CEL; `kb.expressions` says what it may name."""
Part = Annotated[
    str, StringConstraints(pattern=r"^(page|url|status|(request|response|cookie|set_cookie|sent|received)\.[\w-]+)$")
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Model(BaseModel):
    """Base of all knowledge-base models: immutable, and an unknown key is an error, not a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Frequency(StrEnum):
    """How often a finding holds when an entry is the cause."""

    ALWAYS = "always"
    USUALLY = "usually"
    SOMETIMES = "sometimes"
    RARELY = "rarely"
    NEVER = "never"


class Snippet(Model):
    """Code or configuration for one SDK or tool, complete enough to paste and to parse."""

    sdk: Annotated[Slug, Field(description="An id from `sdks` or `tools` in vocabulary.yaml; it decides the language.")]
    source: Annotated[str, StringConstraints(min_length=1)]


class FixStep(Model):
    """One thing to do, with its code where the keys differ between SDKs."""

    text: Text
    code: tuple[Snippet, ...] = ()


class Link(Model):
    """A page that says more."""

    title: Line
    url: HttpUrl


class AppliesTo(Model):
    """Where this cause can occur; an empty list means anywhere."""

    platforms: tuple[Slug, ...] = ()
    sdks: tuple[Slug, ...] = ()
    token_transports: tuple[Slug, ...] = ()


class FindingFrequencies(Model):
    """Finding ids by how often they hold when this entry is the cause; those left out are unrelated to it."""

    always: tuple[Slug, ...] = ()
    usually: tuple[Slug, ...] = ()
    sometimes: tuple[Slug, ...] = ()
    rarely: tuple[Slug, ...] = ()
    never: tuple[Slug, ...] = ()

    def items(self) -> Iterator[tuple[Slug, Frequency]]:
        """Yield each listed finding id with its frequency."""
        for frequency in Frequency:
            for finding_id in getattr(self, frequency):
                yield finding_id, frequency


class Confusion(Model):
    """Another entry that looks alike, and the one observation that tells the two apart."""

    id: Slug
    observation: Line


class Entry(Model):
    """One cause: how people describe it, how to confirm it, how to fix it. A file `entries/<section>/<id>.yaml`."""

    id: Annotated[Slug, AfterValidator(_not_reserved)]
    title: Annotated[Line, Field(max_length=100, description="The cause as a sentence a reader can judge.")]
    section: Slug
    summary: Annotated[
        Text, Field(max_length=400, description="What is wrong and what it does, in one or two sentences.")
    ]
    symptoms: Annotated[
        tuple[Line, ...],
        Field(min_length=6, max_length=12, description="How people put it, from one vague line to a detailed report."),
    ]
    errors: Annotated[
        tuple[Line, ...], Field(description="Literal messages; `<name>` stands for a part that varies.")
    ] = ()
    cause: Annotated[Text, Field(description="Why it happens, so that a reader believes it.")]
    confirm: Annotated[tuple[Text, ...], Field(min_length=1, description="Checks of about a minute each.")]
    fix: Annotated[tuple[FixStep, ...], Field(min_length=1)]
    links: Annotated[tuple[Link, ...], Field(min_length=1)]
    applies_to: AppliesTo = AppliesTo()
    findings: FindingFrequencies = FindingFrequencies()
    confused_with: tuple[Confusion, ...] = ()
    source: Annotated[Line, Field(description="Where this knowledge comes from and what it was checked against.")]
    updated: date


class TextEvidence(Model):
    """Patterns (see `kb.patterns`) that decide a finding from text alone."""

    holds: tuple[Pattern, ...] = ()
    fails: tuple[Pattern, ...] = ()


class Proof(Model):
    """One way in which parsed evidence decides a finding: an item for which all that is given here is true.

    The item is an exchange, a line of a log or a fact of configuration; it is what the answer quotes. The others say
    what else must, or must not, be in the evidence; their expressions can compare it with `this`, the item.
    """

    exchange: Expression | None = None
    earlier: Annotated[Expression | None, Field(description="Some earlier exchange.")] = None
    later: Annotated[Expression | None, Field(description="Some later exchange.")] = None
    no_later: Annotated[Expression | None, Field(description="No later exchange.")] = None
    no_exchange: Annotated[Expression | None, Field(description="No other exchange at all.")] = None
    log: Annotated[Pattern | None, Field(description="A pattern in a line of a log.")] = None
    side: Annotated[Literal["frontend", "backend"] | None, Field(description="Whose log; any if left out.")] = None
    config: Expression | None = None
    other_config: Annotated[Expression | None, Field(description="Some fact beside `config`.")] = None
    no_config: Annotated[Expression | None, Field(description="No fact at all.")] = None
    quote: Annotated[tuple[Part, ...], Field(description="The parts of the exchange that prove it.")] = ()

    @model_validator(mode="after")
    def _has_an_item(self) -> Self:
        if not (self.exchange or self.log or self.config):
            raise ValueError("must name an exchange, a log or a config that proves it")
        if not self.exchange and (self.earlier or self.later or self.no_later or self.quote):
            raise ValueError("earlier, later, no_later and quote need an exchange")
        if self.side and not self.log:
            raise ValueError("side needs a log")
        return self


class ParsedEvidence(Model):
    """Proofs that a finding holds, and that it does not."""

    holds: tuple[Proof, ...] = ()
    fails: tuple[Proof, ...] = ()


class Finding(Model):
    """One observable fact that holds, does not hold, or is unknown."""

    id: Slug
    question: Annotated[Line, Field(max_length=200, description="Answered with yes, no or don't know.")]
    how_to_look: Annotated[Text, Field(max_length=400, description="Where to look, for someone who never has.")]
    otherwise: Annotated[
        Frequency, Field(description="How often it holds when the cause is none of the entries that list it.")
    ] = Frequency.NEVER
    text: TextEvidence = TextEvidence()
    evidence: ParsedEvidence = ParsedEvidence()


class Report(Model):
    """A message as a user wrote it whose cause is known. One line of `reports/<entry id>.jsonl`.

    Labels grade entries as in qrels: 2 is the cause, 1 is a helpful lead. No labels: nothing in the knowledge base
    answers it; these live in `reports/none.jsonl` and teach the ranking when to say so.
    """

    id: Annotated[Line, Field(max_length=80)]
    question: Text
    labels: dict[Slug, Literal[1, 2]]


class Sdk(Model):
    """Something that code is written for, and the language of its snippets."""

    title: Line
    language: Slug


class CodeOfOneSide(Model):
    """What tells that code or configuration belongs to one side."""

    imports: Annotated[tuple[Pattern, ...], Field(description="Patterns of modules that only this side imports.")] = ()
    names: Annotated[tuple[Line, ...], Field(description="Settings that only this side has, in camelCase.")] = ()


class ProductEvidence(Model):
    """How to recognise the product in what people paste: `evidence.yaml`. Findings are decided by nothing else."""

    api: Annotated[
        Expression | None, Field(description="Exchanges that only the API has; those of the same origin are its too.")
    ] = None
    api_settings: Annotated[tuple[Line, ...], Field(description="Settings that give the API's address.")] = ()
    exchanges: Annotated[
        dict[Name, Expression], Field(description="Names for kinds of exchanges; later ones may use earlier ones.")
    ] = {}
    frontend: CodeOfOneSide = CodeOfOneSide()
    backend: CodeOfOneSide = CodeOfOneSide()


class Vocabulary(Model):
    """The words that entries of this knowledge base may use: id to title, or to title and language."""

    product: Line
    examples: Annotated[tuple[Line, ...], Field(min_length=3, description="Symptoms to show what can be asked.")]
    sections: dict[Slug, Line]
    platforms: dict[Slug, Line]
    sdks: dict[Slug, Sdk]
    tools: dict[Slug, Sdk]
    token_transports: dict[Slug, Line]
    banned_words: Annotated[tuple[Line, ...], Field(description="Words that maintainers' own prose does without.")] = ()
