import shutil
from pathlib import Path

import pytest

from kb import InvalidKnowledgeBase, KnowledgeBase, UnknownEntry, find_entry, load_knowledge_base
from kb.loader import DEFAULT_RANKER
from tests.edit import edit, line_of

PORT_25 = Path("entries/delivery/port-25-blocked-by-provider.yaml")
DISK_FULL = Path("entries/delivery/disk-full-stops-queue.yaml")
HASH = Path("entries/login/password-hash-outdated.yaml")


def problems(root: Path) -> list[str]:
    """What keeps a knowledge base from being loaded, with paths from its root."""
    with pytest.raises(InvalidKnowledgeBase) as invalid:
        load_knowledge_base(root)
    return [str(problem).removeprefix(f"{root}/") for problem in invalid.value.problems]


def add_line(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def test_valid_folder_becomes_a_knowledge_base(small_kb: KnowledgeBase) -> None:
    assert list(small_kb.entries) == [
        "disk-full-stops-queue",
        "port-25-blocked-by-provider",
        "certificate-expired-on-server",
        "password-hash-outdated",
    ]
    assert list(small_kb.findings) == [
        "queue-grows",
        "port-25-blocked",
        "disk-full",
        "certificate-expired",
        "password-refused",
    ]
    assert {key: [report.id for report in reports] for key, reports in small_kb.reports.items()} == {
        "disk-full-stops-queue": ["r1", "r2"],
        "none": ["n1"],
    }
    assert small_kb.vocabulary.product == "Pigeon Mail"


def test_folder_without_a_ranker_takes_the_one_of_the_program(small_kb: KnowledgeBase) -> None:
    assert small_kb.ranker == DEFAULT_RANKER.read_bytes()


def test_ranker_in_the_folder_wins(small_kb_dir: Path) -> None:
    (small_kb_dir / "ranker.json").write_bytes(b"{}")
    assert load_knowledge_base(small_kb_dir).ranker == b"{}"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        pytest.param(
            PORT_25,
            "platforms: [linux]",
            "platforms: [linus]",
            "unknown platform 'linus'; did you mean linux?",
            id="platform",
        ),
        pytest.param(HASH, "sdks: [rust]", "sdks: [rest]", "unknown SDK 'rest'; did you mean rust?", id="SDK"),
        pytest.param(
            HASH, "sdks: [rust]", "sdks: [shell]", "unknown SDK 'shell'", id="tool where only an SDK makes sense"
        ),
        pytest.param(
            PORT_25,
            "platforms: [linux]",
            "token_transports: [passwort]",
            "unknown token transport 'passwort'; did you mean password?",
            id="token transport",
        ),
        pytest.param(
            PORT_25,
            "sdk: python",
            "sdk: pyhton",
            "unknown SDK or tool 'pyhton'; did you mean python?",
            id="language of a snippet",
        ),
        pytest.param(
            HASH,
            "id: certificate-expired-on-server",
            "id: certificate-expired",
            "unknown entry 'certificate-expired'; did you mean certificate-expired-on-server?",
            id="confused entry",
        ),
        pytest.param(
            HASH,
            "id: certificate-expired-on-server",
            "id: server-on-fire",
            "unknown entry 'server-on-fire'",
            id="nothing alike",
        ),
        pytest.param(
            PORT_25,
            "never: [disk-full]",
            "never: [disk-fill]",
            "unknown finding 'disk-fill'; did you mean disk-full?",
            id="finding",
        ),
    ],
)
def test_unknown_id_is_reported_on_its_line_with_ids_alike(
    small_kb_dir: Path, file: Path, old: str, new: str, message: str
) -> None:
    edit(small_kb_dir / file, old, new)
    assert problems(small_kb_dir) == [f"{file}:{line_of(small_kb_dir / file, new)}: {message}"]


def test_unknown_section_is_reported_with_sections_alike(small_kb_dir: Path) -> None:
    edit(small_kb_dir / "vocabulary.yaml", "login: Login", "log-in: Login")
    message = "unknown section 'login'; did you mean log-in?"
    assert problems(small_kb_dir) == [
        f"entries/login/certificate-expired-on-server.yaml:3: {message}",
        f"entries/login/password-hash-outdated.yaml:3: {message}",
    ]


def test_second_of_two_snippets_is_the_one_reported(small_kb_dir: Path) -> None:
    path = small_kb_dir / PORT_25
    edit(path, "sdk: python", "sdk: cobol")
    assert problems(small_kb_dir) == [f"{PORT_25}:{line_of(path, 'sdk: cobol')}: unknown SDK or tool 'cobol'"]


def test_entry_that_is_confused_with_itself_is_reported(small_kb_dir: Path) -> None:
    edit(small_kb_dir / DISK_FULL, "id: port-25-blocked-by-provider", "id: disk-full-stops-queue")
    (problem,) = problems(small_kb_dir)
    assert problem.startswith(f"{DISK_FULL}:31: unknown entry 'disk-full-stops-queue'")


def test_finding_that_is_listed_under_two_frequencies_is_reported(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "never: [disk-full]", "never: [disk-full, queue-grows]")
    assert problems(small_kb_dir) == [f"{PORT_25}:32: finding 'queue-grows' is listed twice"]


def test_id_must_be_the_name_of_the_file(small_kb_dir: Path) -> None:
    (small_kb_dir / DISK_FULL).rename(small_kb_dir / "entries/delivery/disk-full.yaml")
    assert problems(small_kb_dir) == [
        "entries/delivery/disk-full.yaml:1: the id must be 'disk-full', as the file is called"
    ]


def test_section_must_be_the_name_of_the_folder(small_kb_dir: Path) -> None:
    (small_kb_dir / DISK_FULL).rename(small_kb_dir / "entries/login/disk-full-stops-queue.yaml")
    assert problems(small_kb_dir) == [
        "entries/login/disk-full-stops-queue.yaml:3: the section must be 'login', as the folder is called"
    ]


def test_id_of_two_entries_is_reported_with_the_other_file(small_kb_dir: Path) -> None:
    copy = shutil.copy(small_kb_dir / DISK_FULL, small_kb_dir / "entries/login")
    edit(Path(copy), "section: delivery", "section: login")
    assert problems(small_kb_dir) == [
        f"entries/login/disk-full-stops-queue.yaml:1: 'disk-full-stops-queue' is also the id of "
        f"{small_kb_dir / DISK_FULL}"
    ]


def test_finding_that_is_defined_twice_is_reported(small_kb_dir: Path) -> None:
    path = small_kb_dir / "findings.yaml"
    add_line(path, "- {id: disk-full, question: Is it full?, how_to_look: Run `df -h`.}")
    assert problems(small_kb_dir) == ["findings.yaml:26: finding 'disk-full' is defined more than once"]


def test_ids_are_followed_only_when_every_file_could_be_read(small_kb_dir: Path) -> None:
    edit(small_kb_dir / "findings.yaml", "- id: disk-full", "- ids: disk-full")
    edit(small_kb_dir / DISK_FULL, "section: delivery", "sektion: delivery")
    assert problems(small_kb_dir) == [
        f"{DISK_FULL}:1: section: Field required",
        f"{DISK_FULL}:3: sektion: Extra inputs are not permitted",
        "findings.yaml:13: 2.id: Field required",
        "findings.yaml:13: 2.ids: Extra inputs are not permitted",
    ]


def test_entry_that_cannot_be_read_is_not_reported_where_others_name_it(small_kb_dir: Path) -> None:
    edit(small_kb_dir / DISK_FULL, "section: delivery", "section: [delivery]")
    assert problems(small_kb_dir) == [f"{DISK_FULL}:3: section: Input should be a valid string"]


def test_mistake_in_the_only_step_of_a_fix_is_not_reported_as_a_missing_step(small_kb_dir: Path) -> None:
    edit(small_kb_dir / DISK_FULL, "sdk: shell", "sdk: Shell!")
    assert [problem.split(": ")[1] for problem in problems(small_kb_dir)] == ["fix.0.code.0.sdk"]


def test_problems_of_all_files_come_together_in_order(small_kb_dir: Path) -> None:
    edit(small_kb_dir / HASH, "source: Invented for tests", "origin: Invented for tests")
    edit(small_kb_dir / "vocabulary.yaml", "product: Pigeon Mail", "product: [Pigeon]")
    edit(small_kb_dir / DISK_FULL, "id: disk-full-stops-queue", "id: disk-full")
    add_line(small_kb_dir / "reports/none.jsonl", '{"id": "n2", "labels": {}}')
    assert problems(small_kb_dir) == [
        f"{DISK_FULL}:1: the id must be 'disk-full-stops-queue', as the file is called",
        f"{HASH}:1: source: Field required",
        f"{HASH}:33: origin: Extra inputs are not permitted",
        "reports/none.jsonl:2: question: Field required",
        "vocabulary.yaml:1: product: Input should be a valid string",
    ]


def test_message_of_an_invalid_knowledge_base_is_its_problems(small_kb_dir: Path) -> None:
    edit(small_kb_dir / HASH, "sdks: [rust]", "sdks: [rest, past]")
    with pytest.raises(InvalidKnowledgeBase) as invalid:
        load_knowledge_base(small_kb_dir)
    path = small_kb_dir / HASH
    assert str(invalid.value).splitlines() == [
        f"{path}:{line_of(path, 'rest')}: unknown SDK 'past'",
        f"{path}:{line_of(path, 'rest')}: unknown SDK 'rest'; did you mean rust?",
    ]


def test_folder_without_entries_says_how_to_start_one(small_kb_dir: Path) -> None:
    shutil.rmtree(small_kb_dir / "entries")
    shutil.rmtree(small_kb_dir / "reports")
    assert problems(small_kb_dir) == ["entries:1: there are no entries: `causeway kb new` starts one"]


def test_missing_folder_is_told_file_by_file(tmp_path: Path) -> None:
    assert [problem.split(": ")[0] for problem in problems(tmp_path / "nowhere")] == [
        "entries:1",
        "findings.yaml:1",
        "vocabulary.yaml:1",
    ]


def test_reports_are_optional(small_kb_dir: Path) -> None:
    shutil.rmtree(small_kb_dir / "reports")
    assert load_knowledge_base(small_kb_dir).reports == {}


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        pytest.param(
            "none.jsonl",
            '{"id": "n2", "question": "?", "labels": {"disk-full": 1}}',
            "unknown entry 'disk-full' in labels",
            id="label of no entry",
        ),
        pytest.param(
            "none.jsonl",
            '{"id": "n2", "question": "?", "labels": {"disk-full-stops-queue": 2}}',
            "labels must name nothing as the cause, as the file is called",
            id="cause where nothing answers",
        ),
        pytest.param(
            "none.jsonl",
            '{"id": "r2", "question": "?", "labels": {}}',
            "report id 'r2' is also used in {root}/reports/disk-full-stops-queue.jsonl",
            id="id of another file",
        ),
        pytest.param(
            "none.jsonl",
            '{"id": "n1", "question": "?", "labels": {}}',
            "report id 'n1' is also used in {root}/reports/none.jsonl",
            id="id of the same file",
        ),
        pytest.param(
            "disk-full-stops-queue.jsonl",
            '{"id": "r3", "question": "?", "labels": {"port-25-blocked-by-provider": 2}}',
            "labels must name {{'disk-full-stops-queue': 2}} as the cause, as the file is called",
            id="another cause",
        ),
        pytest.param(
            "disk-full-stops-queue.jsonl",
            '{"id": "r3", "question": "?", "labels": {"disk-full-stops-queue": 1}}',
            "labels must name {{'disk-full-stops-queue': 2}} as the cause, as the file is called",
            id="only a lead",
        ),
        pytest.param(
            "disk-full-stops-queue.jsonl",
            '{"id": "r3", "question": "?", "labels": {"disk-full-stops-queue": 2, "password-hash-outdated": 2}}',
            "labels must name {{'disk-full-stops-queue': 2}} as the cause, as the file is called",
            id="two causes",
        ),
    ],
)
def test_wrong_report_is_reported_on_its_line(small_kb_dir: Path, file: str, line: str, message: str) -> None:
    path = small_kb_dir / "reports" / file
    add_line(path, line)
    number = len(path.read_text().splitlines())
    assert problems(small_kb_dir) == [f"reports/{file}:{number}: {message.format(root=small_kb_dir)}"]


def test_report_that_nothing_answers_may_name_a_helpful_lead(small_kb_dir: Path) -> None:
    report = '{"id": "n2", "question": "How large is the queue?", "labels": {"disk-full-stops-queue": 1}}'
    add_line(small_kb_dir / "reports/none.jsonl", report)
    assert load_knowledge_base(small_kb_dir).reports["none"][1].labels == {"disk-full-stops-queue": 1}


def test_reports_of_no_entry_are_reported_once(small_kb_dir: Path) -> None:
    path = small_kb_dir / "reports/disk-full-stops-queue.jsonl"
    path.rename(path.with_stem("disk-full"))
    assert problems(small_kb_dir) == [
        "reports/disk-full.jsonl:1: there is no entry 'disk-full' that these reports could belong to"
    ]


def test_entry_is_found_by_its_id(small_kb: KnowledgeBase) -> None:
    assert small_kb.entry("disk-full-stops-queue").title == "The disk is full, so the queue manager stops"


def test_unknown_entry_comes_with_ids_alike(small_kb: KnowledgeBase) -> None:
    with pytest.raises(UnknownEntry) as unknown:
        small_kb.entry("password-hash-outdate")
    assert unknown.value.entry_id == "password-hash-outdate"
    assert unknown.value.similar == ["password-hash-outdated"]
    assert str(unknown.value) == "there is no entry 'password-hash-outdate'; did you mean password-hash-outdated?"


def test_unknown_entry_unlike_any_other_comes_without_a_hint(small_kb: KnowledgeBase) -> None:
    with pytest.raises(UnknownEntry, match=r"^there is no entry 'zzz'$"):
        find_entry(small_kb.entries, "zzz")
