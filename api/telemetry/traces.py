"""Traces for an OpenTelemetry collector (extra `otel`). The framework makes the spans; here is where they go."""

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_QUERY = "url.query"


class _WithoutQuery(SpanProcessor):
    """Takes the query out of a span: people search for what they see."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Overwrite it before the span is handed on."""
        if span.attributes and _QUERY in span.attributes:
            span.set_attribute(_QUERY, "REDACTED")


def open_tracer_provider(otlp_endpoint: str) -> TracerProvider:
    """What spans are made with: they go to the collector at this base URL, in batches and in the background."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "causeway"}))
    provider.add_span_processor(_WithoutQuery())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{otlp_endpoint.rstrip('/')}/v1/traces")))
    return provider
