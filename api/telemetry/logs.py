"""Log lines on standard error: JSON objects, or text for people. Each names the request that it belongs to."""

import logging
import sys
from enum import StrEnum

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from api.telemetry.request_context import current_request


class LogFormat(StrEnum):
    """How a log line looks."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least that is logged; `info` has a line for each request."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def configure_logging(level: LogLevel, log_format: LogFormat) -> None:
    """Send what this process logs to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_name_request)
    handler.setFormatter(_json_formatter() if log_format is LogFormat.JSON else _text_formatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # What these say of their own life is of use when something is wrong only; these of httpx name queries.
    for talkative in ("uvicorn", "alembic", "httpx", "httpx_retries"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _name_request(record: logging.LogRecord) -> bool:
    request = current_request.get()
    if request is not None:
        record.request_id = request.request_id
        if request.trace_id is not None:
            record.trace_id, record.span_id = request.trace_id, request.span_id
    return True


def _json_formatter() -> logging.Formatter:
    return JsonFormatter(
        ["asctime", "levelname", "name", "message"],
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "trace"},
        # Added by the server for colours.
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],
    )


def _text_formatter() -> logging.Formatter:
    return logging.Formatter(
        "%(asctime)s %(levelname)s %(name)s: %(message)s [%(request_id)s]", defaults={"request_id": "-"}
    )
