from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from api.shapes.feedback import Verdict
from api.store.database import Database
from api.store.diagnoses import DiagnosisRecord
from retrieval import Confidence, Diagnoser
from tests.api import records
from tests.api.problem import problem_of
from tests.serving import serving

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DISK, PORT, HASH, EXPIRED = (
    "disk-full-stops-queue",
    "port-25-blocked-by-provider",
    "password-hash-outdated",
    "certificate-expired-on-server",
)
UNSURE, CONFIDENT = Confidence.UNSURE, Confidence.CONFIDENT


class Service(NamedTuple):
    """A service without any history, and its database to write one into."""

    client: httpx.Client
    database: Database
    diagnoser: Diagnoser

    def store(self, *, days_ago: float = 0, **record: Any) -> DiagnosisRecord:  # noqa: ANN401 -- of `make_record`
        """Store a diagnosis that was made that long before noon."""
        made = records.make_record(self.diagnoser, NOON - timedelta(days=days_ago), **record)
        records.store(self.database, made)
        return made

    def say(self, record: DiagnosisRecord, entry_id: str, verdict: Verdict, actor: str = "") -> None:
        records.say(self.database, record, entry_id, verdict, actor)

    def get(self, insight: str, **params: str | int) -> dict[str, Any]:
        """An insight into the thirty days before noon, noon included."""
        until = (NOON + timedelta(seconds=1)).isoformat()
        response = self.client.get(f"/v1/insights/{insight}", params={"until": until, **params})
        assert response.status_code == 200, response.text
        insight_found: dict[str, Any] = response.json()
        return insight_found


@pytest.fixture
def service(diagnoser: Diagnoser, database: Database, database_url: str) -> Iterator[Service]:
    # What the tests store is older than anything is kept for: the daily purge leaves it alone.
    settings = ApiSettings(database_url=database_url, retention_days=100_000)
    with serving(create_app(diagnoser, settings)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield Service(client, database, diagnoser)


def test_volume_is_counted_by_day(service: Service) -> None:
    service.store(days_ago=31)
    service.store(days_ago=1)
    said = service.store(days_ago=1.4)
    service.say(said, DISK, Verdict.SOLVED, actor="ada")
    service.say(said, DISK, Verdict.NOT_IT, actor="bob")
    service.store()

    volume = service.get("volume")

    assert volume["diagnoses"] == 3
    assert (volume["with_feedback"]["count"], volume["with_feedback"]["of"]) == (1, 3)
    assert volume["days"] == [
        {"day": "2026-03-09", "diagnoses": 2, "with_feedback": 1},
        {"day": "2026-03-10", "diagnoses": 1, "with_feedback": 0},
    ]


def test_days_are_those_of_utc(service: Service) -> None:
    service.store(days_ago=0.499)
    service.store(days_ago=0.501)

    assert [day["day"] for day in service.get("volume")["days"]] == ["2026-03-09", "2026-03-10"]


def test_abstention_has_an_interval(service: Service) -> None:
    for confidence in (UNSURE, CONFIDENT, CONFIDENT, Confidence.LIKELY):
        service.store(confidence=confidence)

    abstention = service.get("abstention")

    unsure = abstention["unsure"]
    assert (unsure["count"], unsure["of"], unsure["rate"]) == (1, 4, 0.25)
    assert (unsure["low"], unsure["high"]) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert abstention["days"] == [{"day": "2026-03-10", "unsure": unsure}]


def test_solved_is_counted_by_day_and_diagnosis(service: Service) -> None:
    service.store(days_ago=1)
    failed = service.store(days_ago=1)
    service.say(failed, DISK, Verdict.WRONG)
    solved = service.store()
    service.say(solved, DISK, Verdict.NOT_IT)
    service.say(solved, PORT, Verdict.SOLVED, actor="ada")
    service.say(solved, PORT, Verdict.SOLVED, actor="bob")

    insight = service.get("solved")

    assert (insight["solved"]["count"], insight["solved"]["of"]) == (1, 2)
    assert [(day["day"], day["solved"]["count"], day["solved"]["of"]) for day in insight["days"]] == [
        ("2026-03-09", 0, 1),
        ("2026-03-10", 1, 1),
    ]


def test_without_history_nothing_is_known(service: Service) -> None:
    nothing = {"count": 0, "of": 0, "rate": None, "low": 0.0, "high": 1.0}

    assert service.get("volume")["with_feedback"] == nothing
    assert service.get("abstention")["unsure"] == nothing
    assert service.get("solved") == service.get("solved") | {"solved": nothing, "days": []}
    assert service.get("drift")["p_value"] == 1.0
    assert service.get("entries") == service.get("entries") | {
        "entries": [],
        "never_listed": list(service.diagnoser.index.entries),
    }
    assert service.get("unanswered")["clusters"] == []
    assert service.get("confusions")["confusions"] == []


@pytest.mark.parametrize(("recently_unsure", "drifted"), [(9, True), (2, False)])
def test_drift_tells_a_change_from_chance(service: Service, recently_unsure: int, drifted: bool) -> None:
    for number in range(40):
        service.store(days_ago=20, confidence=UNSURE if number < 4 else CONFIDENT)
    for number in range(10):
        service.store(days_ago=2, confidence=UNSURE if number < recently_unsure else CONFIDENT)

    drift = service.get("drift")

    assert (drift["before"]["count"], drift["before"]["of"]) == (4, 40)
    assert (drift["recent"]["count"], drift["recent"]["of"]) == (recently_unsure, 10)
    assert drift["drifted"] is drifted
    assert drift["drifted"] is (drift["p_value"] < 0.01)


def test_entries_are_told_by_what_became_of_them(service: Service) -> None:
    first = service.store(entry_ids=(DISK, PORT))
    second = service.store(entry_ids=(PORT, DISK))
    service.store(entry_ids=(DISK,))
    service.say(first, DISK, Verdict.SOLVED)
    service.say(second, DISK, Verdict.NOT_IT)
    service.say(second, DISK, Verdict.SOLVED, actor="bob")
    service.say(second, HASH, Verdict.SOLVED)

    outcomes = service.get("entries")

    counts = {
        entry["entry_id"]: [entry[key] for key in ("listed", "first", "solved", "not_it", "wrong")]
        for entry in outcomes["entries"]
    }
    assert counts == {DISK: [3, 2, 2, 1, 0], PORT: [2, 1, 0, 0, 0], HASH: [0, 0, 1, 0, 0]}
    assert list(counts) == [DISK, PORT, HASH]
    assert outcomes["entries"][0]["title"] == service.diagnoser.index.entries[DISK].title
    assert outcomes["entries"][0]["solved_rate"]["rate"] == pytest.approx(2 / 3)
    assert outcomes["entries"][1]["solved_rate"]["rate"] is None
    assert outcomes["never_listed"] == [EXPIRED, HASH]


def test_an_entry_that_was_removed_since_has_no_title(service: Service) -> None:
    service.store(entry_ids=("gone",))

    assert [(entry["entry_id"], entry["title"]) for entry in service.get("entries")["entries"]] == [("gone", None)]


def test_unanswered_symptoms_that_sound_alike_are_together(service: Service) -> None:
    backups = ["how do I restore a backup", "restoring from backup fails", "backup can't be restored"]
    invoices = ["my invoice shows the wrong amount", "the invoice has a wrong address"]
    for symptom in (backups[0], invoices[0], backups[1], invoices[1], backups[2]):
        service.store(symptom=symptom, confidence=UNSURE)

    clusters = service.get("unanswered")["clusters"]

    assert [{example["symptom"] for example in cluster["examples"]} for cluster in clusters] == [
        set(backups),
        set(invoices),
    ]
    assert [cluster["size"] for cluster in clusters] == [3, 2]
    assert clusters[0]["nearest_entries"] == [{"entry_id": DISK, "count": 3}]


def test_what_was_solved_is_not_unanswered_and_what_was_told_to_be_wrong_is(service: Service) -> None:
    service.store(symptom="a confident answer")
    solved = service.store(symptom="unsure, but the second entry was it", confidence=UNSURE)
    service.say(solved, PORT, Verdict.SOLVED)
    wrong = service.store(symptom="confident, but nobody was helped")
    service.say(wrong, DISK, Verdict.NOT_IT)
    mended = service.store(symptom="the first was wrong, the second was right")
    service.say(mended, DISK, Verdict.WRONG)
    service.say(mended, PORT, Verdict.SOLVED)
    service.store(symptom="unsure", confidence=UNSURE)

    unanswered = service.get("unanswered")

    found = {example["symptom"] for cluster in unanswered["clusters"] for example in cluster["examples"]}
    assert found == {"confident, but nobody was helped", "unsure"}
    assert (unanswered["symptoms"], unanswered["clustered"]) == (2, 2)


def test_confusions_are_pairs_of_first_cause_and_solution(service: Service) -> None:
    for _ in range(2):
        mistaken = service.store(entry_ids=(DISK, PORT))
        service.say(mistaken, PORT, Verdict.SOLVED, actor="ada")
        service.say(mistaken, PORT, Verdict.SOLVED, actor="bob")
    other = service.store(entry_ids=(HASH,))
    service.say(other, EXPIRED, Verdict.SOLVED)
    right = service.store(entry_ids=(DISK,))
    service.say(right, DISK, Verdict.SOLVED)
    nothing_listed = service.store(entry_ids=())
    service.say(nothing_listed, DISK, Verdict.SOLVED)

    confusions = service.get("confusions")["confusions"]

    assert [(pair["answered"], pair["solved_by"], pair["count"]) for pair in confusions] == [
        (DISK, PORT, 2),
        (HASH, EXPIRED, 1),
    ]
    assert confusions[1]["diagnosis_ids"] == [other.id]


@pytest.mark.parametrize("insight", ["volume", "abstention", "solved", "drift", "entries", "unanswered", "confusions"])
def test_a_time_that_cannot_be_is_unprocessable(client: httpx.Client, insight: str) -> None:
    for params in (
        {"since": "2026-03-10T00:00:00Z", "until": "2026-03-09T00:00:00Z"},
        {"since": "2026-03-10T00:00:00"},
        {"until": "yesterday"},
    ):
        problem_of(client.get(f"/v1/insights/{insight}", params=params), 422)


def test_drift_needs_a_time_before_the_recent_one(client: httpx.Client) -> None:
    problem_of(client.get("/v1/insights/drift", params={"recent_days": 30}), 422)
