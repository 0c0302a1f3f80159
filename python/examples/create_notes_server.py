"""The notes server: what it offers, and what that needs."""

import asyncio
import json
import math
from typing import Annotated

from fastmcp import Context, FastMCP
from pydantic import Field

from caracalai_mcp_fastmcp import CaracalAuth, current_principal
from caracalai_revocation import RevocationStore
from caracalai_transport_mcp import KeyCache
from notes_config import NotesConfig

PROGRESS_EVERY_SECONDS = 0.25


def create_notes_server(
    config: NotesConfig, revocations: RevocationStore, key_cache: KeyCache | None = None
) -> FastMCP:
    """Creates the server, with its tools, resource and prompt.

    Raises:
        ConfigurationError: An option is malformed.
    """
    auth = CaracalAuth(
        issuer=config.issuer,
        audience=config.audience,
        zone_id=config.zone_ids,
        revocations=revocations,
        key_cache=key_cache,
        required_scopes=["mcp:tool:call"],
        require_chain_contains=config.require_chain_contains,
        base_url=config.audience,
    )
    server = FastMCP("notes", version="0.1.0", auth=auth, middleware=[auth.guard()])
    add_notes(server, auth)
    return server


def add_notes(server: FastMCP, auth: CaracalAuth) -> None:
    """Adds what the server offers. Each says what it needs beside the server's own."""
    notes = {"1": "Water the plants", "2": "Call the bank"}

    def as_text() -> str:
        return "\n".join(f"{name}: {text}" for name, text in notes.items())

    @server.tool(output_schema=None)
    def whoami() -> str:
        """Who is calling, as the mandate says."""
        caller = current_principal()
        members = {
            "sub": caller.sub,
            "zoneId": caller.zone_id,
            "clientId": caller.client_id,
            "agentSessionId": caller.agent_session_id,
            "scope": caller.scope,
        }
        present = {name: value for name, value in members.items() if value is not None}
        return json.dumps(present, ensure_ascii=False, separators=(",", ":"))

    @server.tool(output_schema=None, auth=auth.require(scopes=["notes:read"]))
    def read_notes() -> str:
        """All notes."""
        return as_text()

    @server.tool(output_schema=None, auth=auth.require(scopes=["notes:delete"], agent=True))
    def delete_notes(id: str | None = None) -> str:  # noqa: A002 - the argument's name
        """Deletes a note, or all of them. For agents."""
        names = list(notes) if id is None else [id]
        return f"Deleted: {sum(notes.pop(name, None) is not None for name in names)}"

    @server.tool(
        output_schema=None,
        auth=auth.require(scopes=["payments:write"], delegation=True, max_hop_count=2),
    )
    def pay(amount: Annotated[float | None, Field(gt=0)] = None) -> str:
        """Pays, by delegated authority of at most 2 hops."""
        return f"Paid {_number(amount or 0)} for {current_principal().sub}"

    @server.tool(output_schema=None)
    async def slow(seconds: Annotated[float, Field(ge=0, le=600)], context: Context) -> str:
        """Takes its time, and says how far it is."""
        total = math.ceil(seconds / PROGRESS_EVERY_SECONDS)
        for progress in range(1, total + 1):
            await asyncio.sleep(PROGRESS_EVERY_SECONDS)
            await context.report_progress(progress, total)
        return f"Done after {_number(seconds)} s"

    @server.resource(
        "notes://all",
        name="All notes",
        mime_type="text/plain",
        auth=auth.require(scopes=["notes:read"]),
    )
    def all_notes() -> str:
        return as_text()

    @server.prompt(auth=auth.require(scopes=["notes:read"]))
    def summarise() -> str:
        """Asks for a summary of all notes."""
        return f"Summarise these notes:\n{as_text()}"


def _number(value: float) -> str:
    """As JSON's own number, without a fraction that is zero."""
    return str(int(value)) if value == int(value) else repr(value)
