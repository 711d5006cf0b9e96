"""Markup that attacks whoever shows it as it is, and a knowledge base that is full of it."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import HttpUrl

from kb import Entry, Finding, KnowledgeBase, Vocabulary
from kb.schema import Confusion, FixStep, Link, Sdk, Snippet

SHORT = """"'><script>attack()</script><img src=x onerror=attack()>"""
MARKUP = (
    f"{SHORT}</textarea></title></style></code></pre><svg onload=attack()></svg><iframe srcdoc='<script>parent.attack()"
    """</script>'></iframe><a href="javascript:attack()">here</a> `<b onclick=attack()>` {{ attack() }} \u202e<!--"""
)


def hostile_knowledge_base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    """The same with markup in all that somebody writes to be read."""
    return replace(
        knowledge_base,
        vocabulary=_vocabulary(knowledge_base.vocabulary),
        entries={entry.id: _entry(entry) for entry in knowledge_base.entries.values()},
        findings={finding.id: _finding(finding) for finding in knowledge_base.findings.values()},
        reports={
            entry_id: tuple(report.model_copy(update={"question": report.question + MARKUP}) for report in reports)
            for entry_id, reports in knowledge_base.reports.items()
        },
    )


def _entry(entry: Entry) -> Entry:
    return entry.model_copy(
        update={
            "title": entry.title[:40] + SHORT,
            "summary": entry.summary[:100] + MARKUP,
            "symptoms": tuple(symptom + MARKUP for symptom in entry.symptoms),
            "errors": tuple(error + MARKUP for error in entry.errors),
            "cause": entry.cause + MARKUP,
            "confirm": tuple(step + MARKUP for step in entry.confirm),
            "fix": tuple(
                FixStep(
                    text=step.text + MARKUP,
                    code=tuple(Snippet(sdk=code.sdk, source=code.source + MARKUP) for code in step.code),
                )
                for step in entry.fix
            ),
            "links": tuple(Link(title=link.title + MARKUP, url=HttpUrl(f"{link.url}?{SHORT}")) for link in entry.links),
            "confused_with": tuple(
                Confusion(id=confusion.id, observation=confusion.observation + MARKUP)
                for confusion in entry.confused_with
            ),
            "source": entry.source + MARKUP,
        }
    )


def _finding(finding: Finding) -> Finding:
    return finding.model_copy(update={"question": finding.question + SHORT, "how_to_look": finding.how_to_look + SHORT})


def _vocabulary(vocabulary: Vocabulary) -> Vocabulary:
    return vocabulary.model_copy(
        update={
            "product": vocabulary.product + SHORT,
            "examples": tuple(example + MARKUP for example in vocabulary.examples),
            "sections": _titles(vocabulary.sections),
            "platforms": _titles(vocabulary.platforms),
            "sdks": _sdks(vocabulary.sdks),
            "tools": _sdks(vocabulary.tools),
            "token_transports": _titles(vocabulary.token_transports),
        }
    )


def _titles(titles: Mapping[str, str]) -> dict[str, str]:
    return {each: title + SHORT for each, title in titles.items()}


def _sdks(sdks: Mapping[str, Sdk]) -> dict[str, Sdk]:
    return {each: sdk.model_copy(update={"title": sdk.title + SHORT}) for each, sdk in sdks.items()}
