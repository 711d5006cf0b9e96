"""Which request is being answered, for log lines and for whoever follows a request across services."""

import re
import uuid
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers

REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACE_CONTEXT = TraceContextTextMapPropagator()


@dataclass(frozen=True)
class RequestContext:
    """Names of a request: ours or the caller's own, and its place in a trace (W3C Trace Context), if it has one."""

    request_id: str
    trace_id: str | None
    span_id: str | None

    @classmethod
    def of(cls, headers: Headers) -> "RequestContext":
        """Take over the names that a caller gave, where they are well-formed."""
        given = headers.get(REQUEST_ID_HEADER, "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        # Where traces are exported, the framework has opened a span of ours below the caller's.
        span = trace.get_current_span().get_span_context()
        if not span.is_valid:
            span = trace.get_current_span(_TRACE_CONTEXT.extract(headers)).get_span_context()
        if not span.is_valid:
            return cls(request_id, None, None)
        return cls(request_id, trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id))


current_request: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)
