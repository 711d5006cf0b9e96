"""One page of each kind, to test what holds for all."""

from api.client import Answer, CausewayClient, DiagnosisRequest, Evidence, FeedbackRequest, Verdict
from tests.symptoms import PASSWORD, PASSWORD_ENTRY, UNKNOWN, VAGUE

ADDRESSES = {
    "ask": "/",
    "answer": "/d/{confident}",
    "answer of evidence": "/d/{of_evidence}",
    "answer with question": "/d/{asking}",
    "answer after question": "/d/{answered}",
    "no answer": "/d/{unsure}",
    "entries": "/entries",
    "entries found": "/entries?query=password&platform=phone",
    "no entries found": "/entries?query=password&section=billing",
    "entry": f"/entries/{PASSWORD_ENTRY}",
    "insights": "/insights",
    "entry to write": "/insights/new-entry?diagnosis={unsure}",
    "login": "/login",
}
PROBLEMS = {
    "no such entry": ("/entries/none-such", 404),
    "too much to search for": ("/entries?query=" + 2_001 * "x", 422),
}
"""With the status that they are answered with; the console tells of it."""


def ask(service: str) -> dict[str, str]:
    """Ask what the addresses of answers stand for; gives their ids."""
    log = Evidence(name="mail.log", text="Jan 1 pigeon[3]: queue manager: write failed: No space left on device\n")
    with CausewayClient(service) as client:
        confident = client.diagnose(PASSWORD)
        client.feedback(confident.id, FeedbackRequest(entry_id=PASSWORD_ENTRY, verdict=Verdict.SOLVED, comment="Yes!"))
        asking, answered = client.diagnose(VAGUE), client.diagnose(VAGUE)
        assert answered.follow_up is not None
        client.answer(answered.id, {answered.follow_up.finding_id: Answer.NO})
        return {
            "confident": confident.id,
            "of_evidence": client.diagnose(DiagnosisRequest(symptom="mail stopped", evidence=(log,))).id,
            "asking": asking.id,
            "answered": answered.id,
            "unsure": client.diagnose(UNKNOWN).id,
        }
