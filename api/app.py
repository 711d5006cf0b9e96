"""The application: an index, and the resources over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.routing import Route

from api import admin, diagnoses, documents, entries, feedback, findings, index, insights, probes
from api.errors import MissingExtra, PublicWithoutKeys
from api.index_reload import ServedIndex
from api.limits.rates import RateLimiter
from api.mcp.endpoint import McpEndpoint
from api.middleware import MCP_PATH, middleware
from api.openapi import DESCRIPTION, Examples, describe
from api.problems import answer_errors_with_problems
from api.security.authentication import is_loopback
from api.security.headers import DOCUMENTATION
from api.security.key_ring import KeyRing
from api.settings import ApiSettings
from api.store.retention import purge_daily
from api.store.schema import open_database
from api.telemetry.metrics import Metrics
from api.web.assets import assets
from api.web.pages import PAGES
from retrieval import Diagnoser

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

RESOURCES = (diagnoses, feedback, entries, findings, insights, documents, index, admin, probes)


def create_app(diagnoser: Diagnoser, settings: ApiSettings) -> FastAPI:
    """The service over a loaded index, and over those that are published in its folder later.

    :raises UnusableDatabase: if the database of the settings can't be opened.
    :raises ServiceError: if it would answer strangers, or a setting asks for what isn't there.
    """
    served_index = ServedIndex(diagnoser)
    database = open_database(settings.database_url)
    keys = KeyRing(database, settings.session_secret.get_secret_value())
    if keys.is_empty and not is_loopback(settings.host):
        raise PublicWithoutKeys(settings.host)
    metrics = Metrics(served_index)
    limiter = RateLimiter(settings.rate_limit_store)
    tracer_provider = _tracer_provider(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        chores = served_index.watch(), keys.keep_fresh(), purge_daily(database, settings.retention_days), mcp.run()
        tasks = [asyncio.create_task(chore) for chore in chores]
        yield
        for task in tasks:
            task.cancel()
        await limiter.close()
        if tracer_provider:
            await asyncio.to_thread(tracer_provider.shutdown)
        database.close()

    app = application(
        diagnoser.index.vocabulary.product,
        Examples.of(diagnoser.index),
        lifespan=lifespan,
        middleware=middleware(settings, metrics, keys, limiter),
        # Metrics are for Prometheus, and in logs of ours is nothing that a user wrote.
        telemetry={
            "tracing": tracer_provider is not None,
            "tracer_provider": tracer_provider,
            "metrics": False,
            "logs": False,
        },
        docs_url=DOCUMENTATION,
        swagger_ui_oauth2_redirect_url=None,
        redoc_url=None,
    )
    mcp = McpEndpoint(app, settings.max_body_bytes)
    app.routes.append(Route(MCP_PATH, mcp))
    app.routes.extend(assets.routes())
    for page in PAGES:
        app.include_router(page.router)
    app.state.served_index = served_index
    app.state.database = database
    app.state.metrics = metrics
    app.state.keys = keys
    app.state.settings = settings
    answer_errors_with_problems(app)
    return app


def application(product: str, examples: Examples, **options: Any) -> FastAPI:  # noqa: ANN401 -- those of FastAPI
    """All operations and their description, without what they need to answer."""
    app = FastAPI(
        title="Causeway",
        version=version("causeway"),
        summary=f"Causes and fixes for {product}",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # Operation ids are what generated clients call their methods.
        generate_unique_id_function=lambda route: route.name,
        **options,
    )
    for resource in RESOURCES:
        app.include_router(resource.router)
    describe(app, examples)
    return app


def _tracer_provider(settings: ApiSettings) -> "TracerProvider | None":
    if settings.otlp_endpoint is None:
        return None
    try:
        from api.telemetry.traces import open_tracer_provider
    except ImportError as error:
        raise MissingExtra("otlp_endpoint", "otel") from error
    return open_tracer_provider(str(settings.otlp_endpoint))
