"""The application: an index, and the resources over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from api import admin, diagnoses, documents, entries, feedback, index, probes
from api.body_limit import BodyLimit
from api.index_reload import ServedIndex
from api.problems import answer_errors_with_problems
from api.settings import ApiSettings
from api.shapes.problems import Problem
from api.store.schema import open_database
from retrieval import Diagnoser

DESCRIPTION = """
Turns a symptom into its likely causes, with the reasons for each, how to confirm it, the fix and its links.
Every sentence in an answer was written by a maintainer of the knowledge base. Errors are problem documents (RFC 9457).
"""


def create_app(diagnoser: Diagnoser, settings: ApiSettings) -> FastAPI:
    """The service over a loaded index, and over those that are published in its folder later.

    :raises UnusableDatabase: if the database of the settings can't be opened.
    """
    served_index = ServedIndex(diagnoser)
    database = open_database(settings.database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(served_index.watch())
        yield
        watch.cancel()
        database.close()

    app = FastAPI(
        title="Causeway",
        version=version("causeway"),
        summary=f"Causes and fixes for {diagnoser.index.vocabulary.product}",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # Operation ids are what generated clients call their methods.
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    app.state.served_index = served_index
    app.state.database = database
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    answer_errors_with_problems(app)
    for resource in (diagnoses, feedback, entries, documents, index, admin, probes):
        app.include_router(resource.router)
    _describe(app, diagnoser.index.vocabulary.examples)
    return app


def _describe(app: FastAPI, examples: tuple[str, ...]) -> None:
    """Complete the OpenAPI document: the shape of problems, and examples from the knowledge base."""
    schema = app.openapi()
    schemas = schema["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["DiagnosisRequest"]["examples"] = [{"symptom": symptom} for symptom in examples]
