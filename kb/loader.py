"""From a folder of files to a checked `KnowledgeBase`.

A knowledge base is a folder with `vocabulary.yaml`, `findings.yaml`, `entries/<section>/<id>.yaml`,
`reports/<entry id>.jsonl`, perhaps `evidence.yaml` and, once its reports taught one, `ranker.json`.
"""

import difflib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from kb.errors import InvalidKnowledgeBase, Problem, UnknownEntry
from kb.expressions import finding_faults, product_faults
from kb.schema import NONE_OF_THESE, Entry, Finding, Frequency, ProductEvidence, Report, Vocabulary
from kb.source_file import Location, SourceFile, read_json_lines

RANKER = "ranker.json"
DEFAULT_RANKER = Path(__file__).parent / RANKER

_ENTRY = TypeAdapter(Entry)
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_VOCABULARY = TypeAdapter(Vocabulary)
_PRODUCT_EVIDENCE = TypeAdapter(ProductEvidence)
_REPORT = TypeAdapter(Report)


@dataclass(frozen=True)
class KnowledgeBase:
    """A valid knowledge base. Reports are keyed by entry id, those that nothing answers by `NONE_OF_THESE`.

    `ranker` holds the ranking's weights as JSON: those in this folder, or else those of the knowledge base that comes
    with the program, since the signals they weigh depend little on the product.
    """

    root: Path
    vocabulary: Vocabulary
    entries: Mapping[str, Entry]
    findings: Mapping[str, Finding]
    product_evidence: ProductEvidence
    reports: Mapping[str, tuple[Report, ...]]
    ranker: bytes

    def entry(self, entry_id: str) -> Entry:
        """The entry of this id.

        :raises UnknownEntry: with ids that look alike.
        """
        return find_entry(self.entries, entry_id)


def find_entry(entries: Mapping[str, Entry], entry_id: str) -> Entry:
    """The entry of this id.

    :raises UnknownEntry: with ids that look alike.
    """
    if entry_id not in entries:
        raise UnknownEntry(entry_id, difflib.get_close_matches(entry_id, entries, n=3))
    return entries[entry_id]


@dataclass(frozen=True)
class SourceFiles:
    """Every file of a knowledge base, read and validated one by one, before they are checked against each other."""

    root: Path
    vocabulary: SourceFile[Vocabulary]
    findings: SourceFile[tuple[Finding, ...]]
    product_evidence: SourceFile[ProductEvidence] | None
    entries: tuple[SourceFile[Entry], ...]
    reports: Mapping[Path, list[tuple[int, Report]]]
    report_problems: tuple[Problem, ...]

    def valid_entries(self) -> Iterator[tuple[SourceFile[Entry], Entry]]:
        """Yield each entry that could be read, behind its file."""
        for file in self.entries:
            if file.value:
                yield file, file.value


def read_source_files(root: Path) -> SourceFiles:
    """Read every file below `root`; problems are kept with their file, none is raised."""
    reports: dict[Path, list[tuple[int, Report]]] = {}
    report_problems: list[Problem] = []
    for path in sorted((root / "reports").glob("*.jsonl")):
        reports[path], problems = read_json_lines(path, _REPORT)
        report_problems += problems
    product_evidence = root / "evidence.yaml"
    return SourceFiles(
        root=root,
        vocabulary=SourceFile(root / "vocabulary.yaml", _VOCABULARY),
        findings=SourceFile(root / "findings.yaml", _FINDINGS),
        product_evidence=SourceFile(product_evidence, _PRODUCT_EVIDENCE) if product_evidence.exists() else None,
        entries=tuple(SourceFile(path, _ENTRY) for path in sorted((root / "entries").glob("*/*.yaml"))),
        reports=reports,
        report_problems=tuple(report_problems),
    )


def find_problems(files: SourceFiles) -> list[Problem]:
    """Everything that keeps these files from being a knowledge base, in any order."""
    problems = [*files.vocabulary.problems, *files.findings.problems, *files.report_problems]
    problems += files.product_evidence.problems if files.product_evidence else []
    problems += [problem for file in files.entries for problem in file.problems]
    if not files.entries:
        problems.append(Problem(files.root / "entries", 1, "there are no entries: `causeway kb new` starts one"))
    problems += _identity_problems(files)
    # References are followed only when everything that defines an id could be read: one typo, one message.
    if not problems:
        problems += _reference_problems(files)
        problems += _expression_problems(files)
    return problems


def _identity_problems(files: SourceFiles) -> Iterator[Problem]:
    first_seen: dict[str, Path] = {}
    for file, entry in files.valid_entries():
        if file.path.stem != entry.id:
            yield file.problem_at(("id",), f"the id must be '{file.path.stem}', as the file is called")
        if file.path.parent.name != entry.section:
            yield file.problem_at(
                ("section",), f"the section must be '{file.path.parent.name}', as the folder is called"
            )
        if entry.id in first_seen:
            yield file.problem_at(("id",), f"'{entry.id}' is also the id of {first_seen[entry.id]}")
        first_seen.setdefault(entry.id, file.path)
    seen_findings: set[str] = set()
    for index, finding in enumerate(files.findings.value or ()):
        if finding.id in seen_findings:
            yield files.findings.problem_at((index, "id"), f"finding '{finding.id}' is defined more than once")
        seen_findings.add(finding.id)


def _reference_problems(files: SourceFiles) -> Iterator[Problem]:
    vocabulary, findings = files.vocabulary.value, files.findings.value
    if vocabulary is None or findings is None:
        return
    entry_ids = {entry.id for _, entry in files.valid_entries()}
    finding_ids = {finding.id for finding in findings}
    for file, entry in files.valid_entries():
        yield from _entry_reference_problems(file, entry, vocabulary, entry_ids, finding_ids)
    yield from _report_reference_problems(files.reports, entry_ids)


def _entry_reference_problems(
    file: SourceFile[Entry], entry: Entry, vocabulary: Vocabulary, entry_ids: Set[str], finding_ids: Set[str]
) -> Iterator[Problem]:
    for kind, value, known, location in _references(entry, vocabulary, entry_ids, finding_ids):
        if value not in known:
            close = difflib.get_close_matches(value, known, n=3)
            hint = f"; did you mean {', '.join(close)}?" if close else ""
            yield file.problem_at(location, f"unknown {kind} '{value}'{hint}")
    listed: set[str] = set()
    for finding_id, frequency in entry.findings.items():
        if finding_id in listed:
            yield file.problem_at(("findings", frequency.value), f"finding '{finding_id}' is listed twice")
        listed.add(finding_id)


def _references(
    entry: Entry, vocabulary: Vocabulary, entry_ids: Set[str], finding_ids: Set[str]
) -> Iterator[tuple[str, str, Set[str], Location]]:
    """Every id that an entry names: what kind it is, the id, the ids there are, and its place in the file."""
    yield "section", entry.section, vocabulary.sections.keys(), ("section",)
    for field, kind, known in (
        ("platforms", "platform", vocabulary.platforms.keys()),
        ("sdks", "SDK", vocabulary.sdks.keys()),
        ("token_transports", "token transport", vocabulary.token_transports.keys()),
    ):
        for index, value in enumerate(getattr(entry.applies_to, field)):
            yield kind, value, known, ("applies_to", field, index)
    languages = vocabulary.sdks.keys() | vocabulary.tools.keys()
    for step_index, step in enumerate(entry.fix):
        for code_index, snippet in enumerate(step.code):
            yield "SDK or tool", snippet.sdk, languages, ("fix", step_index, "code", code_index, "sdk")
    for index, confusion in enumerate(entry.confused_with):
        yield "entry", confusion.id, entry_ids - {entry.id}, ("confused_with", index, "id")
    for frequency in Frequency:
        for index, finding_id in enumerate(getattr(entry.findings, frequency)):
            yield "finding", finding_id, finding_ids, ("findings", frequency.value, index)


def _report_reference_problems(
    reports: Mapping[Path, list[tuple[int, Report]]], entry_ids: Set[str]
) -> Iterator[Problem]:
    first_seen: dict[str, Path] = {}
    for path, rows in reports.items():
        if path.stem != NONE_OF_THESE and path.stem not in entry_ids:
            yield Problem(path, 1, f"there is no entry '{path.stem}' that these reports could belong to")
            continue
        for line, report in rows:
            expected = {} if path.stem == NONE_OF_THESE else {path.stem: 2}
            if report.id in first_seen:
                yield Problem(path, line, f"report id '{report.id}' is also used in {first_seen[report.id]}")
            first_seen.setdefault(report.id, path)
            for entry_id in report.labels.keys() - entry_ids:
                yield Problem(path, line, f"unknown entry '{entry_id}' in labels")
            if {key: grade for key, grade in report.labels.items() if grade == 2} != expected:
                yield Problem(
                    path, line, f"labels must name {expected or 'nothing'} as the cause, as the file is called"
                )


def _expression_problems(files: SourceFiles) -> Iterator[Problem]:
    kinds: Set[str] = frozenset()
    if files.product_evidence and files.product_evidence.value:
        kinds = files.product_evidence.value.exchanges.keys()
        for location, fault in product_faults(files.product_evidence.value):
            yield files.product_evidence.problem_at(location, fault)
    for index, finding in enumerate(files.findings.value or ()):
        for location, fault in finding_faults(finding, kinds):
            yield files.findings.problem_at((index, *location), fault)


def load_knowledge_base(root: Path) -> KnowledgeBase:
    """Read and check a whole knowledge base.

    :raises InvalidKnowledgeBase: with every problem of every file.
    """
    files = read_source_files(root)
    problems = find_problems(files)
    if problems or files.vocabulary.value is None or files.findings.value is None:
        raise InvalidKnowledgeBase(problems)
    return KnowledgeBase(
        root=root,
        vocabulary=files.vocabulary.value,
        entries={entry.id: entry for _, entry in files.valid_entries()},
        findings={finding.id: finding for finding in files.findings.value},
        product_evidence=(files.product_evidence and files.product_evidence.value) or ProductEvidence(),
        reports={path.stem: tuple(report for _, report in rows) for path, rows in files.reports.items()},
        ranker=(root / RANKER if (root / RANKER).exists() else DEFAULT_RANKER).read_bytes(),
    )
