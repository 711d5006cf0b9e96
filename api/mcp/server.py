"""What agents can call and read, over any client of the service."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp_types import Resource, ToolAnnotations
from pydantic import Field

from api.client import (
    Answer,
    AsyncCausewayClient,
    ClientError,
    Diagnosis,
    DiagnosisRequest,
    Entry,
    EntrySummary,
    Evidence,
    Filters,
    NotFound,
)

Connect = Callable[[], AbstractAsyncContextManager[AsyncCausewayClient]]
"""Makes a client for one call."""

ENTRY_URI = "causeway://entries/{entry_id}"

_INSTRUCTIONS = (
    "Finds the cause of a problem with {product} in a knowledge base that its maintainers wrote. When something goes "
    "wrong, call `diagnose` with what you see: the error message word for word, response headers, log lines. Confirm a "
    "cause as the answer says before you change anything. If the answer has a `follow_up`, look for what it asks and "
    "call `answer_follow_up`. `confidence: unsure` means that the knowledge base doesn't know."
)
# Nothing is changed but what the service keeps to learn from.
_LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)

Symptom = Annotated[str, Field(description="What goes wrong, with every error message word for word.")]
Attached = Annotated[
    list[Evidence], Field(description="Headers, HAR, logs, configuration: whole, as text. Secrets are masked.")
]
TopK = Annotated[int, Field(ge=1, le=20, description="How many causes to return at most.")]


class CausewayServer(MCPServer[None]):
    """Tools `diagnose`, `answer_follow_up`, `get_entry`, `search_entries`; every entry as a resource."""

    def __init__(self, product: str, connect: Connect) -> None:
        """:param product: what the knowledge base is about, for agents to know when to ask."""
        super().__init__(
            "causeway",
            title=f"Causeway for {product}",
            instructions=_INSTRUCTIONS.format(product=product),
            version=version("causeway"),
        )
        self._connect = connect
        for tool in (self.diagnose, self.answer_follow_up, self.get_entry, self.search_entries):
            self.add_tool(tool, annotations=_LOOKS)
        self.resource(ENTRY_URI, name="entry", mime_type="application/json")(self.read_entry)

    async def diagnose(self, symptom: Symptom, evidence: Attached = [], top_k: TopK = 3) -> Diagnosis:  # noqa: B006
        """Find the likely causes of a symptom: with reasons, how to confirm each, how to fix it, and links."""
        async with self._asking() as causeway:
            return await causeway.diagnose(DiagnosisRequest(symptom=symptom, evidence=tuple(evidence), top_k=top_k))

    async def answer_follow_up(
        self,
        diagnosis_id: Annotated[str, Field(description="The `id` of a diagnosis.")],
        finding_id: Annotated[str, Field(description="The `finding_id` of its `follow_up`.")],
        answer: Answer,
    ) -> Diagnosis:
        """Answer the question of a diagnosis; returns the diagnosis that this makes of it."""
        async with self._asking() as causeway:
            return await causeway.answer(diagnosis_id, {finding_id: answer})

    async def get_entry(
        self, entry_id: Annotated[str, Field(description="The `entry_id` of a cause, or the `id` of an entry.")]
    ) -> Entry:
        """Everything that the knowledge base says about one cause, and what it is confused with."""
        async with self._asking() as causeway:
            return await causeway.entry(entry_id)

    async def search_entries(
        self,
        query: Annotated[str, Field(description="Words to look for.")],
        sections: Annotated[list[str], Field(description="Only entries of these sections; all if it is empty.")] = [],  # noqa: B006
    ) -> list[EntrySummary]:
        """Find entries by their words. To find the cause of a problem, call `diagnose` instead."""
        async with self._asking() as causeway:
            return [entry async for entry in causeway.entries(query, filters=Filters(section=tuple(sections)))]

    async def read_entry(self, entry_id: str) -> str:
        """One entry of the knowledge base."""
        try:
            async with self._connect() as causeway:
                return (await causeway.entry(entry_id)).model_dump_json()
        except NotFound as error:
            raise ResourceNotFoundError(str(error)) from error
        except ClientError as error:
            raise ResourceError(str(error)) from error

    async def list_resources(self) -> list[Resource]:
        """All entries; asked for every time, as the index changes while this server runs."""
        async with self._connect() as causeway:
            return [
                Resource(
                    uri=ENTRY_URI.format(entry_id=entry.id),
                    name=entry.id,
                    title=entry.title,
                    description=entry.summary,
                    mime_type="application/json",
                )
                async for entry in causeway.entries()
            ]

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AsyncCausewayClient]:
        try:
            async with self._connect() as causeway:
                yield causeway
        except ClientError as error:
            raise ToolError(str(error)) from error
