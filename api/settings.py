"""Settings of the service; environment variables with the prefix `CAUSEWAY_`."""

from ipaddress import ip_network
from pathlib import Path
from secrets import token_hex
from typing import Annotated

from limits import RateLimitItem, parse
from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.security.keys import Scope
from api.telemetry.logs import LogFormat, LogLevel


def _rate_limit(value: object) -> object:
    return value if isinstance(value, RateLimitItem) else parse(str(value))


def _words(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _network(value: str) -> str:
    ip_network(value)
    return value


def _for_everybody(scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
    if not {Scope.READ, Scope.FEEDBACK}.issuperset(scopes):
        raise ValueError("only 'read' and 'feedback' can be for everybody")
    return scopes


RateLimitSetting = Annotated[RateLimitItem, BeforeValidator(_rate_limit)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Origin = Annotated[str, Field(pattern=r"^https?://[^/*\s]+$")]
Network = Annotated[str, AfterValidator(_network)]


class ApiSettings(BaseSettings):
    """Where the service listens, whom it trusts, and how much it takes."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_", arbitrary_types_allowed=True)

    host: str = Field("127.0.0.1", description="Address to listen on; others than loopback need an API key.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")

    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_words)] = Field(
        (), description="Addresses or networks of reverse proxies, whose X-Forwarded-For and -Proto are believed."
    )
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_words)] = Field(
        (), description="Origins of web pages that may ask from a browser, such as https://support.example.com."
    )
    session_secret: SecretStr = Field(
        default_factory=lambda: SecretStr(token_hex(32)),
        min_length=32,
        description="What sessions of browsers are made with, the same for all replicas; by default another one at "
        "every start, which ends them.",
    )
    public_scopes: Annotated[tuple[Scope, ...], NoDecode, BeforeValidator(_words), AfterValidator(_for_everybody)] = (
        Field((), description="What everybody may do without an API key, once there are keys: `read`, `feedback`.")
    )

    max_body_bytes: int = Field(16_000_000, ge=1_000, description="Largest request body; more is answered 413.")
    body_timeout_seconds: float = Field(30, gt=0, description="Longest time for a body to arrive; then 408.")
    request_timeout_seconds: float = Field(30, gt=0, description="Longest time to work on an answer; then 503.")
    # The framework has 40 threads.
    max_working: int = Field(4, ge=1, le=40, description="Requests that are worked on at the same time.")
    max_queued: int = Field(64, ge=0, description="Requests that wait for a place; more are answered 503.")
    rate_limit_per_address: RateLimitSetting = Field(
        parse("600/minute"), validate_default=True, description="Requests of one address of another machine; then 429."
    )
    rate_limit_per_key: RateLimitSetting = Field(
        parse("1200/minute"), description="Requests with one API key; then 429."
    )
    rate_limit_store: str = Field(
        "memory://",
        pattern=r"^(memory://|rediss?://.+)$",
        repr=False,  # it may hold a password
        description="Where requests are counted: in this process, or in `redis://HOST` that replicas share (extra "
        "`redis`).",
    )
    shutdown_seconds: int = Field(30, ge=1, description="Longest time to finish requests when told to stop.")

    database_url: str = Field(
        "sqlite:///data/causeway.db",
        pattern=r"^(sqlite|postgres|postgresql|postgresql\+psycopg):///?.+$",
        repr=False,  # it may hold a password
        description="Where diagnoses and feedback are kept: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME` "
        "(extra `postgres`).",
    )
    retention_days: int = Field(
        180, ge=1, description="How long diagnoses and their feedback are kept, in days; older ones are deleted."
    )
    eval_report: Path = Field(
        Path("data/runs/latest/report.html"),
        description="What `causeway eval report` wrote, to be shown among the insights.",
    )

    log_level: LogLevel = Field(LogLevel.INFO, description="The least that is logged; info has a line a request.")
    log_format: LogFormat = Field(LogFormat.JSON, description="Log lines as JSON objects, or as text.")
    otlp_endpoint: HttpUrl | None = Field(
        None, description="Base URL of an OpenTelemetry collector (OTLP over HTTP) to send traces to (extra `otel`)."
    )
