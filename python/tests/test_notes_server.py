"""What the black-box tests of `examples/notes-server`, in TypeScript, do not see.

They run against this server too: `vitest.python.config.ts`.
"""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastmcp import Client
from fastmcp.client.auth import BearerAuth

import create_notes_server as notes
from caracalai_revocation import InMemoryRevocationStore
from create_notes_server import create_notes_server
from notes_config import read_config
from support.dev_sts import DevSts, delegated
from support.notes_server import environment_of
from support.serve import INITIALIZE, MCP_HEADERS, call_of, post, serving

ALL = "mcp:tool:call notes:read notes:delete payments:write"


def client_of(url: str, token: str) -> Client[Any]:
    return Client(url, auth=BearerAuth(token))


@pytest.mark.parametrize("stateless", [False, True], ids=["stateful", "stateless"])
async def test_numbers_are_written_as_json_has_them(sts: DevSts, stateless: bool) -> None:
    server = create_notes_server(read_config(environment_of(sts)), InMemoryRevocationStore())
    paying = sts.mint(**delegated(2, scope=ALL))
    async with (
        serving(server, stateless_http=stateless) as url,
        client_of(url, paying) as client,
    ):
        for amount, written in ((5, "5"), (5.0, "5"), (2.5, "2.5"), (1e3, "1000")):
            result = await client.call_tool("pay", {"amount": amount})
            assert result.structured_content is None
            assert result.content[0].text == f"Paid {written} for user_dev"
        result = await client.call_tool("pay")
        assert result.content[0].text == "Paid 0 for user_dev"


async def test_slow_stops_when_it_is_cancelled(
    sts: DevSts, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = create_notes_server(read_config(environment_of(sts)), InMemoryRevocationStore())
    under_way, cancelled = asyncio.Event(), asyncio.Event()

    async def noting(seconds: float) -> None:
        under_way.set()
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    monkeypatch.setattr(notes, "asyncio", SimpleNamespace(sleep=noting))
    token = sts.mint()
    async with serving(server) as url:
        opened = await post(url, INITIALIZE, token)
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}

        async def send(message: dict[str, Any], number: int | None) -> None:
            numbered = {} if number is None else {"id": number}
            headers = {**MCP_HEADERS, **session, "authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(trust_env=False, verify=False, timeout=90) as client:
                body = {"jsonrpc": "2.0", **numbered, **message}
                await client.post(url, json=body, headers=headers)

        await send({"method": "notifications/initialized"}, None)
        calling = asyncio.create_task(send(call_of("slow", seconds=600), 7))
        await asyncio.wait_for(under_way.wait(), 60)
        await send({"method": "notifications/cancelled", "params": {"requestId": 7}}, None)
        await asyncio.wait_for(cancelled.wait(), 60)
        calling.cancel()
