"""The knowledge base as files for other programs (JSON lines) or for readers (a folder of linked Markdown pages)."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kb.errors import NotAnExport
from kb.loader import KnowledgeBase
from kb.markdown import bullets, code_block, code_span, heading, inline, link, numbered, paragraphs
from kb.schema import AppliesTo, Entry, FixStep, Model, Vocabulary

MANIFEST = ".causeway-export"
"""Lists the files of an export, so that the next one replaces them and nothing else."""


def json_lines(knowledge_base: KnowledgeBase) -> dict[str, str]:
    """Entries and findings with all their fields, one a line, by file name."""
    return {
        "entries.jsonl": _one_a_line(knowledge_base.entries.values()),
        "findings.jsonl": _one_a_line(knowledge_base.findings.values()),
    }


def markdown_pages(knowledge_base: KnowledgeBase) -> dict[str, str]:
    """An index by section, an index by error message and a page per entry, by file name."""
    pages = {"index.md": _index(knowledge_base), "errors.md": _error_index(knowledge_base)}
    pages |= {_page_of(entry): _entry_page(entry, knowledge_base) for entry in knowledge_base.entries.values()}
    return {name: "\n\n".join(blocks) + "\n" for name, blocks in pages.items()}


def write_export(files: Mapping[str, str], folder: Path) -> None:
    """Write the files into a folder that is new, is empty or holds an earlier export, which they replace.

    :raises NotAnExport: if anything else is there.
    """
    manifest = folder / MANIFEST
    ours = {manifest, *(folder / name for name in _listed_in(manifest))}
    present = sorted(folder.rglob("*")) if folder.is_dir() else [folder] if folder.exists() else []
    for path in present:
        if path not in ours and (path.is_symlink() or not path.is_dir()):
            raise NotAnExport(path)
    folder.mkdir(parents=True, exist_ok=True)
    _remove_earlier(folder)
    manifest.write_text("".join(f"{name}\n" for name in files), encoding="utf-8")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")


def _listed_in(manifest: Path) -> list[str]:
    return manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []


def _remove_earlier(folder: Path) -> None:
    # The manifest stays until the new one is there: an interrupted export can be repeated.
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MANIFEST:
            path.unlink()


def _one_a_line(models: Iterable[Model]) -> str:
    return "".join(f"{model.model_dump_json()}\n" for model in models)


def _page_of(entry: Entry) -> str:
    return f"{entry.section}/{entry.id}.md"


def _index(knowledge_base: KnowledgeBase) -> Iterator[str]:
    yield heading(1, f"{knowledge_base.vocabulary.product}: what can be wrong")
    yield link("By error message", "errors.md")
    for section, title in knowledge_base.vocabulary.sections.items():
        entries = [entry for entry in knowledge_base.entries.values() if entry.section == section]
        if entries:
            yield heading(2, title)
            yield bullets(f"{link(entry.title, _page_of(entry))}: {inline(entry.summary)}" for entry in entries)


def _error_index(knowledge_base: KnowledgeBase) -> Iterator[str]:
    entries_by_error: dict[str, list[Entry]] = {}
    for entry in knowledge_base.entries.values():
        for error in entry.errors:
            entries_by_error.setdefault(error, []).append(entry)
    yield heading(1, f"{knowledge_base.vocabulary.product}: error messages")
    yield link("By section", "index.md")
    yield bullets(
        f"{code_span(error)}\n{bullets(link(entry.title, _page_of(entry)) for entry in entries_by_error[error])}"
        for error in sorted(entries_by_error, key=str.casefold)
    )


def _entry_page(entry: Entry, knowledge_base: KnowledgeBase) -> Iterator[str]:
    vocabulary = knowledge_base.vocabulary
    yield heading(1, entry.title)
    yield f"{link('By section', '../index.md')}, {link('by error message', '../errors.md')}"
    yield paragraphs(entry.summary)
    yield heading(2, "How it shows")
    yield bullets(paragraphs(symptom) for symptom in entry.symptoms)
    if entry.errors:
        yield heading(2, "Error messages")
        yield from (code_block(error, "text") for error in entry.errors)
    yield heading(2, "Cause")
    yield paragraphs(entry.cause)
    yield heading(2, "Confirm")
    yield numbered(paragraphs(step) for step in entry.confirm)
    yield heading(2, "Fix")
    yield numbered(_fix_step(step, vocabulary) for step in entry.fix)
    yield heading(2, "Links")
    yield bullets(link(page.title, str(page.url)) for page in entry.links)
    if entry.confused_with:
        others = [(knowledge_base.entry(confusion.id), confusion.observation) for confusion in entry.confused_with]
        yield heading(2, "Easily confused with")
        yield bullets(f"{link(other.title, f'../{_page_of(other)}')}: {inline(tells)}" for other, tells in others)
    yield heading(2, "Applies to")
    yield bullets(_scope(entry.applies_to, vocabulary)) or "Anywhere."
    yield f"Updated {entry.updated}"


def _fix_step(step: FixStep, vocabulary: Vocabulary) -> str:
    blocks = [paragraphs(step.text)]
    for snippet in step.code:
        sdk = (vocabulary.sdks | vocabulary.tools)[snippet.sdk]
        blocks += [paragraphs(f"{sdk.title}:"), code_block(snippet.source, sdk.language)]
    return "\n\n".join(blocks)


def _scope(applies_to: AppliesTo, vocabulary: Vocabulary) -> Iterator[str]:
    sdks = {sdk_id: sdk.title for sdk_id, sdk in vocabulary.sdks.items()}
    for kind, ids, titles in (
        ("Platforms", applies_to.platforms, vocabulary.platforms),
        ("SDKs", applies_to.sdks, sdks),
        ("Token transports", applies_to.token_transports, vocabulary.token_transports),
    ):
        if ids:
            yield f"{kind}: {', '.join(inline(titles[each]) for each in ids)}"
