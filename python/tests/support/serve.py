"""Real FastMCP servers on loopback, over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastmcp import FastMCP

_STARTED_WITHIN_SECONDS = 30


@asynccontextmanager
async def serving(server: FastMCP, **options: Any) -> AsyncIterator[str]:
    """Serves over Streamable HTTP while it lasts, and gives the URL of the endpoint."""
    async with serving_app(server.http_app(**options)) as origin:
        yield f"{origin}/mcp"


@asynccontextmanager
async def serving_app(app: Any) -> AsyncIterator[str]:
    """Serves an ASGI application while it lasts, and gives its origin."""
    # Said to be TCP: else asyncio leaves Nagle's algorithm on, and each answer takes 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="error", timeout_graceful_shutdown=1, lifespan="on", ws="none"
    )
    runner = uvicorn.Server(config)
    running = asyncio.create_task(runner.serve(sockets=[listener]))
    try:
        await asyncio.wait_for(_started(runner), _STARTED_WITHIN_SECONDS)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        runner.should_exit = True
        await running
        listener.close()


async def _started(runner: uvicorn.Server) -> None:
    while not runner.started:  # noqa: ASYNC110 - uvicorn tells by nothing else
        await asyncio.sleep(0.01)


MCP_HEADERS = {
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
}

INITIALIZE = {
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    },
}


def call_of(tool: str, **arguments: Any) -> dict[str, Any]:
    """A call of a tool."""
    return {"method": "tools/call", "params": {"name": tool, "arguments": arguments}}


async def post(
    url: str, message: Mapping[str, Any], token: str | None, **headers: str
) -> httpx.Response:
    """Sends one message, outside of any session, with or without a mandate."""
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as client:
        body = {"jsonrpc": "2.0", "id": 1, **message}
        return await client.post(url, json=body, headers={**MCP_HEADERS, **headers})
