import base64
import hashlib
import html
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import yaml

from api.app import create_app
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from api.shapes.feedback import Verdict
from api.store.database import Database
from api.store.diagnoses import DiagnosisRecord
from api.store.schema import open_database
from indexer.artifact import load_index
from indexer.encoders import Encoder
from indexer.publication import CURRENT, current_build
from kb.schema import Entry
from retrieval import Confidence, Diagnoser
from tests.api import records
from tests.api.security.service import running
from tests.eventually import eventually
from tests.page import Page
from tests.serving import serving

DISK, PORT, HASH, EXPIRED = (
    "disk-full-stops-queue",
    "port-25-blocked-by-provider",
    "password-hash-outdated",
    "certificate-expired-on-server",
)
UNSURE = Confidence.UNSURE
HOSTILE = """</li></textarea><script>alert(1)</script><img src=x onerror=alert(2)>"'`{{7*7}}&amp;"""


class Service(NamedTuple):
    """A service without any history, a visitor who may see its insights, and its database to write a history into."""

    visitor: httpx.Client
    database: Database
    diagnoser: Diagnoser
    report: Path

    def store(self, *, days_ago: float = 0, **record: Any) -> DiagnosisRecord:  # noqa: ANN401 -- of `make_record`
        made = records.make_record(self.diagnoser, datetime.now(UTC) - timedelta(days=days_ago, minutes=1), **record)
        records.store(self.database, made)
        return made

    def say(self, record: DiagnosisRecord, entry_id: str, verdict: Verdict, comment: str = "", actor: str = "") -> None:
        path = f"/v1/diagnoses/{record.id}/feedback"
        said = {"entry_id": entry_id, "verdict": verdict, "comment": comment, "actor": actor}
        assert self.visitor.post(path, json=said).status_code == 201

    def insights(self, **params: int) -> "Insights":
        response = self.visitor.get("/insights", params=params)
        assert response.status_code == 200
        return Insights(response.text)


class Insights(Page):
    """The page of insights, as a reader has it."""

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.html = html

    def section(self, section_id: str) -> str:
        """The text from one heading to the next."""
        section = re.split(r"<h2\b", self.html.split(f'<h2 id="{section_id}">')[1])[0]
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", section).split()))

    def tile(self, name: str) -> str:
        tile = self.html.split(f"<dt>{name}</dt>")[1].split("</div>")[0]
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", tile).split())).replace("\N{NO-BREAK SPACE}", " ")

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.elements if tag == "a"]


@pytest.fixture
def service(diagnoser: Diagnoser, tmp_path: Path) -> Iterator[Service]:
    report = tmp_path / "runs" / "report.html"
    url = f"sqlite:///{tmp_path}/causeway.db"
    database = open_database(url)
    app = create_app(diagnoser, ApiSettings(database_url=url, eval_report=report))
    with serving(app) as address, httpx.Client(base_url=address, timeout=30, follow_redirects=True) as visitor:
        yield Service(visitor, database, diagnoser, report)
    database.close()


def test_insights_are_for_keys_that_allow_them(diagnoser: Diagnoser, tmp_path: Path) -> None:
    first_key, _ = make_key("somebody", frozenset({Scope.READ}))
    with running(diagnoser, f"sqlite:///{tmp_path}/causeway.db", first_key) as service:
        _, reader = service.make_key(Scope.READ, Scope.FEEDBACK)
        _, admin = service.make_key(Scope.ADMIN)
        for path in ("/insights", "/insights/evaluation", "/insights/new-entry", "/insights/new-entry.yaml"):
            assert service.ask(None, "GET", path).headers["location"].startswith("/login?next=%2Finsights")
            refused = service.ask(reader, "GET", path)
            assert refused.status_code == 403
            assert "This needs a key with the scope &#39;admin&#39;; yours has feedback, read" in refused.text
            assert 'href="/insights"' not in refused.text

        page = service.ask(admin, "GET", "/insights")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"].endswith("; frame-src 'self'")
        assert service.ask(reader, "GET", "/").status_code == 200


def test_without_history_the_page_says_so(service: Service) -> None:
    page = service.insights()

    assert page.tile("Asked") == "0 nobody said anything"
    assert page.tile("Solved") == "none nobody has said yet"
    assert page.tile("The last 7 days") == "Nothing to compare Nothing was asked in them"
    assert "Nothing was asked in this time." in page.section("time")
    assert page.section("unanswered").endswith("Nothing in this time.")
    assert "Nobody has said yet whether an entry helped. 4 that no answer listed" in page.section("outcomes")
    assert page.section("confusions").endswith("None in this time.")
    assert page.section("said").endswith("Nothing yet.")


def test_what_was_asked_is_summed_up_for_the_chosen_days(service: Service) -> None:
    for days_ago in (1, 2, 20, 60):
        service.store(days_ago=days_ago, confidence=UNSURE)
    said = service.store(days_ago=1)
    service.say(said, DISK, Verdict.SOLVED)

    tiles = {days: service.insights(days=days) for days in (7, 30, 90)}

    assert tiles[7].tile("Asked") == "3 33 % with feedback"
    assert tiles[30].tile("Asked") == "4 25 % with feedback"
    assert tiles[90].tile("Asked") == "5 20 % with feedback"
    assert tiles[30].tile("Answered “I don't know”") == "75 % 30 to 95 %"
    assert tiles[30].tile("Solved") == "100 % of the 1 with feedback; 21 to 100 %"
    assert service.insights().tile("Asked") == tiles[30].tile("Asked")
    for days, page in tiles.items():
        (current,) = (each for tag, each in page.elements if tag == "a" and each.get("aria-current") == "true")
        assert current["href"] == f"/insights?days={days}"


def test_days_that_cannot_be_are_told(service: Service) -> None:
    for days in ("0", "366", "-1", "a week", ""):
        response = service.visitor.get("/insights", params={"days": days})

        assert response.status_code == 422
        assert "<h1>That can&#39;t be read</h1>" in response.text


@pytest.mark.parametrize(
    ("unsure_before", "unsure_lately", "words"),
    [(0, 10, "More often unsure"), (20, 0, "Less often unsure"), (2, 1, "As before")],
)
def test_a_change_of_the_last_week_is_told_in_words(
    service: Service, unsure_before: int, unsure_lately: int, words: str
) -> None:
    for count, unsure, days_ago in ((20, unsure_before, 15), (10, unsure_lately, 2)):
        for number in range(count):
            service.store(days_ago=days_ago, confidence=UNSURE if number < unsure else Confidence.LIKELY)

    tile = service.insights(days=7).tile("The last 7 days")

    assert tile.startswith(f"{words} {10 * unsure_lately} % unsure, {5 * unsure_before} % before")
    assert ("less than once in a hundred times" in tile) is (words != "As before")


def test_plots_are_named_and_described_and_their_numbers_are_there_to_read(service: Service) -> None:
    service.say(service.store(confidence=UNSURE), DISK, Verdict.NOT_IT)
    service.store(days_ago=3)

    page = service.insights(days=7)

    plots = [attributes for tag, attributes in page.elements if tag == "svg" and attributes.get("class") == "plot"]
    ids = page.values("id")
    assert len(plots) == 3
    for plot in plots:
        assert plot["role"] == "img"
        assert all(described in ids for described in (plot["aria-labelledby"] or "").split())
    assert len(ids) == len(set(ids))
    today = datetime.now(UTC)
    assert f"{today.day} {today:%b %Y} 1 1 " in page.section("time")
    assert "Of " in page.section("time")
    assert "1 of 1" in page.section("time")
    assert page.values("style") == []


def test_the_first_days_have_the_rate_of_the_week_before_them(service: Service) -> None:
    service.say(service.store(days_ago=32), DISK, Verdict.SOLVED)

    page = service.insights(days=30)

    assert page.tile("Solved") == "none nobody has said yet"
    numbers = page.section("time").replace("\N{NO-BREAK SPACE}", " ")
    assert numbers.count("100 % 21 to 100 % 1 of 1") == 4


def test_what_goes_unanswered_is_shown_in_groups_with_a_way_to_an_entry(service: Service) -> None:
    backups = ["how do I restore a backup", "restoring from backup fails", "backup can't be restored"]
    stored = {symptom: service.store(symptom=symptom, confidence=UNSURE) for symptom in backups}
    alone = service.store(symptom="my invoice shows the wrong amount", confidence=UNSURE)

    page = service.insights()

    assert "4 messages got no answer that helped" in page.section("unanswered")
    assert "3 messages that sound alike" in page.section("unanswered")
    assert "1 that nothing else sounds like" in page.section("unanswered")
    for record in (*stored.values(), alone):
        assert f"/d/{record.id}" in page.links
    assert f"/entries/{DISK}" in page.links
    of_all, of_one = (link for link in page.links if link.startswith("/insights/new-entry"))
    assert of_one.endswith(f"&diagnosis={alone.id}")
    new_entry = service.visitor.get(of_all)
    assert new_entry.status_code == 200
    download = re.search(r'href="(/insights/new-entry\.yaml\?[^"]*)"', new_entry.text)
    assert download
    file = service.visitor.get(html.unescape(download[1]))
    fields = yaml.safe_load(file.text)
    assert set(fields["symptoms"]) == set(backups)
    assert fields["section"] == service.diagnoser.index.entries[DISK].section
    assert list(fields) == list(Entry.model_fields)


def new_entry(service: Service, **params: str | list[str]) -> tuple[httpx.Response, httpx.Response]:
    """The page of a new entry, and its file."""
    page, file = (service.visitor.get(f"/insights/new-entry{ending}", params=params) for ending in ("", ".yaml"))
    return page, file


def test_a_new_entry_is_a_file_of_its_name(service: Service) -> None:
    asked = service.store(symptom="no: backup # at 'all'")

    page, file = new_entry(service, id="backup-missing", section="login", diagnosis=[asked.id, "0" * 32, "unknown"])

    assert "entries/login/backup-missing.yaml" in page.text
    assert file.headers["content-type"] == "application/yaml"
    assert file.headers["content-disposition"] == 'attachment; filename="backup-missing.yaml"'
    assert yaml.safe_load(file.text)["symptoms"] == ["no: backup # at 'all'"]
    assert html.escape(file.text.rstrip(), quote=True).replace("&#x27;", "&#39;") in page.text


def test_a_name_that_no_entry_can_have_is_told(service: Service) -> None:
    for entry_id in ("Has Spaces", "../../etc/passwd", 'a"b', "", "x\r\nSet-Cookie: a=b", HOSTILE[:80]):
        page, file = new_entry(service, id=entry_id, section="login")

        assert (page.status_code, file.status_code) == (422, 422)
        assert "can&#39;t be an id or section: use lower-case words joined by hyphens" in page.text
        assert "<script>alert" not in page.text


def test_a_section_that_is_none_is_replaced_by_one_to_choose(service: Service) -> None:
    page, file = new_entry(service, section=HOSTILE[:80])

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert f"entries/{next(iter(service.diagnoser.index.vocabulary.sections))}/" in page.text
    assert file.status_code == 422


def test_entries_that_helped_least_come_first(service: Service) -> None:
    for entry_id, verdicts in {
        DISK: [Verdict.SOLVED, Verdict.SOLVED, Verdict.SOLVED],
        PORT: [Verdict.NOT_IT, Verdict.SOLVED],
        HASH: [Verdict.WRONG, Verdict.NOT_IT],
    }.items():
        for verdict in verdicts:
            service.say(service.store(entry_ids=(entry_id,)), entry_id, verdict)
    service.store(entry_ids=("gone",))

    page = service.insights()

    outcomes = page.section("outcomes")
    titles = {entry_id: entry.title for entry_id, entry in service.diagnoser.index.entries.items()}
    rows = [(HASH, "0 1 1 2 2"), (PORT, "1 1 0 2 2"), (DISK, "3 0 0 3 3")]
    positions = [outcomes.index(f"{titles[entry_id]} {numbers}") for entry_id, numbers in rows]
    assert positions == sorted(positions)
    assert "1 that were listed, and nobody said anything about" in outcomes
    assert "gone no longer an entry 1 1" in outcomes
    assert outcomes.endswith(f"1 that no answer listed {titles[EXPIRED]}")
    assert "/entries/gone" not in page.links
    stacks = page.html.split('<svg class="stack"')[1:]
    widths = [
        dict(re.findall(r'class="([\w-]+)" x="[\d.]+" y="0" width="([\d.]+)"', stack.split("</svg>")[0]))
        for stack in stacks
    ]
    assert widths == [
        {"not-it": "33.33", "wrong": "33.33"},
        {"solved": "33.33", "not-it": "33.33"},
        {"solved": "100.00"},
    ]


def test_confusions_lead_to_entries_and_diagnoses(service: Service) -> None:
    mistaken = [service.store(entry_ids=(DISK, PORT)) for _ in range(2)]
    for record in mistaken:
        service.say(record, PORT, Verdict.SOLVED)

    page = service.insights()

    titles = {entry_id: entry.title for entry_id, entry in service.diagnoser.index.entries.items()}
    words = f"Came first {titles[DISK]} Solved it {titles[PORT]} 2 times 1 . answer of {titles[PORT]}"
    assert words in page.section("confusions")
    assert {f"/d/{record.id}" for record in mistaken} <= set(page.links)


def test_what_people_said_is_shown_newest_first(service: Service) -> None:
    record = service.store(symptom="mail stopped overnight, what now")
    service.say(record, PORT, Verdict.NOT_IT, comment="Port 25 is open here.\nReally.")
    service.say(record, DISK, Verdict.SOLVED, actor="ada")

    said = service.insights().section("said")

    titles = {entry_id: entry.title for entry_id, entry in service.diagnoser.index.entries.items()}
    assert f"Solved it {titles[DISK]}" in said
    assert f"Was not it {titles[PORT]} Port 25 is open here. Really." in said
    assert said.index("Solved it") < said.index("Was not it")
    assert "about mail stopped overnight, what now" in said


def test_the_index_is_named_with_its_age_and_state(service: Service) -> None:
    health = service.insights().section("health")

    manifest = service.diagnoser.index.manifest
    assert "State Ready Built" in health
    assert manifest.id in health
    assert f"4 entries in {manifest.counts.chunks} passages" in health
    assert manifest.encoder.name in health


def test_an_index_that_was_refused_is_told(small_index_dir: Path, encoder: Encoder, tmp_path: Path) -> None:
    root = tmp_path / "index"
    shutil.copytree(small_index_dir, root)
    diagnoser = Diagnoser(load_index(current_build(root), encoder))
    with serving(create_app(diagnoser, ApiSettings())) as url, httpx.Client(base_url=url, timeout=30) as visitor:
        assert "A newer index was refused" not in visitor.get("/insights").text

        (root / CURRENT).write_text("a-build-that-is-not-there")

        assert eventually(lambda: "A newer index was refused" in visitor.get("/insights").text)
        assert "Answers, but not from the newest index" in visitor.get("/insights").text


STYLES = ("h1 { color: red; }", "*{stroke: none}\n")
REPORT = f"""<!doctype html><title>Evaluation</title><style>{STYLES[0]}</style>
<h1>é</h1><svg><style type="text/css">{STYLES[1]}</style></svg>"""


def test_the_latest_evaluation_is_shown_within_the_page(service: Service) -> None:
    assert "run causeway eval run" in service.insights().section("evaluation")
    assert service.visitor.get("/insights/evaluation").status_code == 404

    service.report.parent.mkdir()
    service.report.write_text(REPORT, encoding="utf-8")
    page = service.insights()

    assert "written just now" in page.section("evaluation")
    (frame,) = (attributes for tag, attributes in page.elements if tag == "iframe")
    assert frame == frame | {"src": "/insights/evaluation", "sandbox": None, "title": "Report of the latest evaluation"}


def test_an_evaluation_may_have_the_styles_it_has_and_be_shown_here_and_nothing_else(service: Service) -> None:
    service.report.parent.mkdir()
    service.report.write_text(REPORT, encoding="utf-8")

    response = service.visitor.get("/insights/evaluation")

    assert response.text == REPORT
    assert response.headers["x-frame-options"] == "SAMEORIGIN"
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; ") if " " in part)
    hashes = {base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in STYLES}
    assert set(policy["style-src"].split()) == {f"'sha256-{digest}'" for digest in hashes}
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy.keys() == {"default-src", "style-src", "base-uri", "form-action", "frame-ancestors"}
    assert "; sandbox;" in response.headers["content-security-policy"]


def test_a_report_that_is_no_text_is_told(service: Service) -> None:
    service.report.parent.mkdir()
    service.report.write_bytes(b"\xff\xfe\x00")

    assert service.visitor.get("/insights/evaluation").status_code == 404


def test_hostile_words_are_shown_as_words(service: Service) -> None:
    for _ in range(2):
        record = service.store(symptom=HOSTILE, confidence=UNSURE, entry_ids=(DISK, HOSTILE[:80]))
        service.say(record, DISK, Verdict.NOT_IT, comment=HOSTILE)

    page = service.insights()

    assert HOSTILE in page.section("unanswered")
    assert HOSTILE in page.section("said")
    loaded = [each.get("src") or "" for tag, each in page.elements if tag in ("script", "img", "iframe")]
    assert all(address.startswith("/assets/") for address in loaded)
