import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.eventually import eventually
from tests.serving import serving

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """Takes spans over OTLP, as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        collector.spans.extend(scope.spans)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever)
    thread.start()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()
    thread.join()


def attributes(span: Span) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in span.attributes}


def test_requests_are_traced_below_their_callers_span_and_without_what_was_searched(
    diagnoser: Diagnoser, collector: Collector, tmp_path: Path
) -> None:
    settings = ApiSettings.model_validate(
        {"database_url": f"sqlite:///{tmp_path}/causeway.db", "otlp_endpoint": collector.url}
    )
    with serving(create_app(diagnoser, settings)) as url:
        response = httpx.get(
            f"{url}/v1/entries",
            params={"section": "overnight"},
            headers={"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"},
        )
        assert response.is_success

    # Stopping sends what is still there.
    assert eventually(lambda: any(span.name == "GET /v1/entries" for span in collector.spans))
    (span,) = [span for span in collector.spans if span.name == "GET /v1/entries"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE_ID, SPAN_ID)
    assert attributes(span)["http.route"] == "/v1/entries"
    assert "overnight" not in str(collector.spans)
