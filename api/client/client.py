"""A client that waits for each answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx
from httpx_retries import RetryTransport

from api.client import calls, connection
from api.client.calls import Call
from api.shapes.diagnoses import BatchResult, StoredDiagnosis
from api.shapes.documents import Document, DocumentBody
from api.shapes.entries import EntrySummary
from api.shapes.feedback import FeedbackRequest, StoredFeedback
from api.shapes.findings import FindingQuestion
from api.shapes.index import IndexDescription
from api.shapes.insights import Insight
from api.shapes.probes import Readiness
from kb.schema import Entry
from retrieval.diagnosis import Answer, Diagnosis, DiagnosisRequest, Filters

T = TypeVar("T")
P = TypeVar("P", bound=connection.Page)
InsightT = TypeVar("InsightT", bound=Insight)


class CausewayClient:
    """Asks a running service; a context manager that closes its connections. Safe to use from several threads.

    Every method raises `ClientError`: see `api.client.errors`.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout_seconds: float = connection.TIMEOUT_SECONDS,
        retries: int = connection.RETRIES,
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        :param api_key: as `causeway keys create` printed it; None for a service without keys.
        :param timeout_seconds: of each try.
        :param retries: how often to try again where the service is busy or the connection fails.
        :raises Unreachable: if the base URL can't be one.
        """
        self._base_url = base_url
        with connection.connection_errors(base_url):
            self._http = httpx.Client(
                **connection.options(base_url, api_key, timeout_seconds),
                transport=RetryTransport(httpx.HTTPTransport(), connection.retry_policy(retries)),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def diagnose(self, request: DiagnosisRequest | str) -> Diagnosis:
        """The likely causes of a symptom: a mere text, or a request with evidence, answers and filters."""
        return self._send(calls.diagnose(request))

    def batch(self, requests: Iterable[DiagnosisRequest | str]) -> tuple[BatchResult, ...]:
        """A diagnosis for each of up to 100 symptoms, or the problem with it, in their order."""
        return self._send(calls.batch(requests)).results

    def get_diagnosis(self, diagnosis_id: str) -> StoredDiagnosis:
        """A diagnosis as it is kept: with what was asked, and what was said about its causes."""
        return self._send(calls.get_diagnosis(diagnosis_id))

    def answer(self, diagnosis_id: str, answers: Mapping[str, Answer]) -> Diagnosis:
        """The same diagnosis after answers to follow-up questions, given by finding id."""
        return self._send(calls.answer(diagnosis_id, answers))

    def feedback(
        self, diagnosis_id: str, feedback: FeedbackRequest, *, idempotency_key: str | None = None
    ) -> StoredFeedback:
        """Say whether a cause was it.

        :param idempotency_key: for those who send the same again later, as after a restart; each call has its own if
            left out.
        """
        return self._send(calls.give_feedback(diagnosis_id, feedback, idempotency_key))

    def list_feedback(self, diagnosis_id: str | None = None) -> Iterator[StoredFeedback]:
        """What was said about the causes of all diagnoses, or of one; newest first."""
        for page in self._pages(lambda cursor: calls.list_feedback(diagnosis_id, cursor)):
            yield from page.feedback

    def entries(self, query: str = "", *, error: str = "", filters: Filters = calls.ALL) -> Iterator[EntrySummary]:
        """Entries, all or those asked for.

        :param query: words, or parts of words.
        :param error: an error message, or a part of one.
        """
        for page in self._pages(lambda cursor: calls.list_entries(query, error, filters, cursor)):
            yield from page.entries

    def entry(self, entry_id: str) -> Entry:
        """One entry with everything it says."""
        return self._send(calls.get_entry(entry_id))

    def findings(self) -> list[FindingQuestion]:
        """What the ids of findings stand for, in the order of the knowledge base."""
        return self._send(calls.get_findings()).findings

    def index(self) -> IndexDescription:
        """The index that answers."""
        return self._send(calls.get_index())

    def readiness(self) -> Readiness:
        """Whether the service can answer, from which index, and why not from a newer one; `Overloaded` if not."""
        return self._send(calls.get_readiness())

    def insight(self, kind: type[InsightT], since: datetime | None = None, until: datetime | None = None) -> InsightT:
        """What a maintainer learns from what was asked; of the last 30 days, if not told otherwise.

        :param kind: `Volume`, `Abstention`, `Drift`, `Solved`, `EntryOutcomes`, `Unanswered` or `Confusions`.
        :param since: with its time zone, as `until`.
        """
        return self._send(calls.get_insight(kind, since, until))

    def documents(self, collection: str) -> Iterator[Document]:
        """The documents of a collection, by their keys."""
        for page in self._pages(lambda cursor: calls.list_documents(collection, cursor)):
            yield from page.documents

    def document(self, collection: str, key: str) -> Document:
        """One document."""
        return self._send(calls.get_document(collection, key))

    def put_document(
        self, collection: str, key: str, body: DocumentBody, *, create_only: bool = False, etag: str | None = None
    ) -> Document:
        """Store a document.

        :param create_only: raise `Conflict` if it exists: of several clients that try, one succeeds.
        :param etag: raise `Conflict` if it isn't this version any more.
        """
        return self._send(calls.put_document(collection, key, body, create_only=create_only, etag=etag))

    def delete_document(self, collection: str, key: str, *, etag: str | None = None) -> None:
        """Remove a document; raises `Conflict` if it isn't this version any more."""
        self._send(calls.delete_document(collection, key, etag))

    def _pages(self, call: Callable[[str | None], Call[P]]) -> Iterator[P]:
        cursor = None
        while True:
            page = self._send(call(cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    def _send(self, call: Call[T]) -> T:
        with connection.connection_errors(self._base_url):
            response = self._http.request(**connection.request(call))
        return connection.answer(call, response)
