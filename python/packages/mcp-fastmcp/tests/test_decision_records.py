"""What operators are told of requests and calls."""

from typing import Any

import httpx
import pytest
from fastmcp import Client
from starlette.requests import Request
from starlette.responses import JSONResponse

from caracalai_mcp_fastmcp import Decision
from support.dev_sts import DevSts
from support.notes import Notes
from support.serve import call_of, post, serving

ALL = "mcp:tool:call notes:read"


def summary(decision: Decision) -> tuple[Any, ...]:
    items = [f"{item.kind} {item.name}" for item in decision.items]
    return decision.stage, decision.code or decision.outcome, items


async def test_a_request_and_its_call_are_told_of(sts: DevSts) -> None:
    told: list[Decision] = []
    notes = Notes(sts, on_decision=told.append)
    token = sts.mint(scope=ALL)
    async with serving(notes.mcp, stateless_http=True) as url:
        for message, kind, name in (
            (call_of("read_notes"), "tool", "read_notes"),
            ({"method": "resources/read", "params": {"uri": "notes://all"}}, "resource", None),
            ({"method": "resources/read", "params": {"uri": "notes://7"}}, "template", None),
            ({"method": "prompts/get", "params": {"name": "summarise"}}, "prompt", "summarise"),
        ):
            del told[:]
            assert (await post(url, message, token)).status_code == 200
            item = {
                "resource": "resource notes://all",
                "template": "resource_template notes://{name}",
            }.get(kind, f"{kind} {name}")
            assert summary(told[0]) == ("request", "ok", [item])
            # FastMCP 4 asks for access to a resource once more than it reads it.
            assert {str(summary(each)) for each in told[1:]} == {str(("recheck", "ok", [item]))}
        assert told[0].cached

        del told[:]
        await post(url, call_of("read_notes"), sts.mint())
        await post(url, call_of("nothing of the kind"), None)
        assert [summary(each) for each in told] == [
            ("request", "insufficient_scope", ["tool read_notes"]),
            ("request", "missing_token", []),
        ]
        assert told[0].zone_id == "zone_dev"
        assert told[1].zone_id is None


async def test_the_mandate_of_the_process_is_told_of(sts: DevSts) -> None:
    told: list[Decision] = []
    notes = Notes(sts, on_decision=told.append, guard={"local_mandate": lambda: "nonsense"})
    async with Client(notes.mcp) as client:
        result = await client.call_tool("whoami", raise_on_error=False)
    assert result.is_error
    assert summary(told[-1]) == ("request", "invalid_token", [])


async def test_a_mandate_of_the_process_that_cannot_be_had_is_an_outage(
    sts: DevSts, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Decision] = []

    def fetch() -> str:
        raise ConnectionError("planted-secret")

    async def fetch_later() -> str:
        return fetch()

    for local_mandate in (fetch, fetch_later):
        caplog.clear()
        told.clear()
        notes = Notes(sts, on_decision=told.append, guard={"local_mandate": local_mandate})
        async with Client(notes.mcp) as client:
            assert await client.list_tools() == []
            result = await client.call_tool("whoami", raise_on_error=False)
        assert result.is_error
        assert '"error":"verification_unavailable"' in result.content[0].text
        assert "planted" not in result.content[0].text
        assert notes.calls == []
        assert told[-1].outcome == "unavailable"
        assert told[-1].code == "verification_unavailable"
        lines = [it for it in caplog.records if it.name == "caracalai.mcp_fastmcp"]
        assert "ConnectionError" in lines[-1].getMessage()
        assert "planted" not in caplog.text


@pytest.mark.parametrize("header", [None, "Bearer nonsense"])
async def test_open_routes(sts: DevSts, header: str | None) -> None:
    told: list[Decision] = []
    notes = Notes(sts, on_decision=told.append)

    @notes.mcp.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> JSONResponse:
        return JSONResponse({})

    async with (
        serving(notes.mcp) as url,
        httpx.AsyncClient(trust_env=False, verify=False) as client,
    ):
        headers = {} if header is None else {"authorization": header}
        path = f"{url.removesuffix('/mcp')}/health"
        assert (await client.get(path, headers=headers)).status_code == 200
    assert len(told) == (0 if header is None else 1)
