import json
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent, TextResourceContents

from api.client import Diagnosis, Entry
from indexer.artifact import Index

pytestmark = pytest.mark.anyio

SYMPTOM = "nothing arrives anywhere, port 25 timed out"


async def call(agent: Client, tool: str, **arguments: Any) -> Any:  # noqa: ANN401 -- of any tool
    """The answer of a tool, as data; that agents which read only text see the same is checked on the way."""
    result = await agent.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    texts = [json.loads(content.text) for content in result.content if isinstance(content, TextContent)]
    assert texts in ([result.structured_content], result.structured_content.get("result"))
    return result.structured_content


async def refusal(agent: Client, tool: str, **arguments: Any) -> str:  # noqa: ANN401 -- of any tool
    result = await agent.call_tool(tool, arguments)
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def test_agent_is_told_what_it_can_ask_and_when(agent: Client) -> None:
    tools = {tool.name: tool for tool in (await agent.list_tools()).tools}

    assert tools.keys() == {"diagnose", "answer_follow_up", "get_entry", "search_entries"}
    assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
    assert tools["diagnose"].input_schema["required"] == ["symptom"]
    assert agent.instructions is not None
    assert agent.instructions.startswith("Finds the cause of a problem with Pigeon Mail in a knowledge base")


async def test_diagnosis_names_the_cause_with_its_fix(agent: Client) -> None:
    diagnosis = Diagnosis.model_validate(await call(agent, "diagnose", symptom=SYMPTOM))

    assert diagnosis.causes[0].entry_id == "port-25-blocked-by-provider"
    assert diagnosis.causes[0].fix != ()
    assert len(diagnosis.causes) == 3


async def test_evidence_is_read_and_its_findings_survive_an_answer(agent: Client) -> None:
    log = {"name": "mail.log", "text": "write failed: No space left on device"}
    diagnosis = await call(agent, "diagnose", symptom="what is this?", evidence=[log], top_k=1)
    assert [(finding["id"], finding["where"]) for finding in diagnosis["findings"]] == [("disk-full", "mail.log")]

    refined = await call(
        agent, "answer_follow_up", diagnosis_id=diagnosis["id"], finding_id="port-25-blocked", answer="no"
    )

    assert refined["id"] == diagnosis["id"]
    assert refined["causes"][0]["entry_id"] == "disk-full-stops-queue"
    assert [finding for finding in refined["findings"] if finding["decided_by"] != "answer"] == diagnosis["findings"]


async def test_entry_is_the_one_of_the_knowledge_base(agent: Client, small_index: Index) -> None:
    entry = Entry.model_validate(await call(agent, "get_entry", entry_id="disk-full-stops-queue"))

    assert entry == small_index.entries["disk-full-stops-queue"]


async def test_entries_are_found_by_their_words(agent: Client) -> None:
    found = await call(agent, "search_entries", query="certificate", sections=["login"])

    assert found["result"][0]["id"] == "certificate-expired-on-server"
    assert {entry["section"] for entry in found["result"]} == {"login"}


async def test_every_entry_is_a_resource(agent: Client, small_index: Index) -> None:
    resources = (await agent.list_resources()).resources

    assert [resource.name for resource in resources] == list(small_index.entries)
    for resource in resources:
        (content,) = (await agent.read_resource(resource.uri)).contents
        assert isinstance(content, TextResourceContents)
        assert Entry.model_validate_json(content.text) == small_index.entries[resource.name]


async def test_resource_that_is_no_entry_is_told(agent: Client) -> None:
    with pytest.raises(MCPError, match="there is no entry 'disk-empty'"):
        await agent.read_resource("causeway://entries/disk-empty")


async def test_refusals_are_told_in_the_words_of_the_service(agent: Client) -> None:
    blank = await refusal(agent, "diagnose", symptom="🙂")
    assert "there is nothing to read in this symptom: describe in words what you see" in blank
    assert "there is no entry 'disk-full'" in await refusal(agent, "get_entry", entry_id="disk-full")
    unknown = await refusal(agent, "answer_follow_up", diagnosis_id="0" * 32, finding_id="x", answer="yes")
    assert "there is no diagnosis" in unknown


async def test_arguments_that_a_tool_does_not_take_are_told(agent: Client) -> None:
    assert "top_k" in await refusal(agent, "diagnose", symptom=SYMPTOM, top_k=0)
    assert "answer" in await refusal(agent, "answer_follow_up", diagnosis_id="1", finding_id="x", answer="perhaps")
