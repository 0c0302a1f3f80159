"""A small FastMCP server, protected in each way that there is."""

import asyncio
from typing import Any

from fastmcp import Context, FastMCP

from caracalai_mcp_fastmcp import CaracalAuth, create_key_cache, current_principal
from caracalai_revocation import InMemoryRevocationStore, RevocationStore

from .dev_sts import AUDIENCE, DevSts

TABLE: Any = {
    "tools": {"pay": {"scopes": ["payments:write"], "delegation": True, "max_hop_count": 2}},
    "resources": {
        "notes://all": {"scopes": ["notes:read"]},
        "notes://{name}": {"scopes": ["notes:read"]},
    },
    "prompts": {"summarise": {"scopes": ["notes:read"]}},
}


class Notes:
    """The server, and what it is made of."""

    def __init__(self, sts: DevSts, **options: Any) -> None:
        self.revocations: RevocationStore = options.pop("revocations", InMemoryRevocationStore())
        guard = options.pop("guard", {})
        self.auth = CaracalAuth(
            **{
                "issuer": sts.issuer,
                "audience": AUDIENCE,
                "zone_id": "zone_dev",
                "required_scopes": ["mcp:tool:call"],
                "revocations": self.revocations,
                "base_url": AUDIENCE,
                "key_cache": create_key_cache(),
                **options,
            }
        )
        self.mcp = FastMCP("notes", auth=self.auth)
        self.calls: list[str] = []
        if guard is not None:
            self.mcp.add_middleware(self.auth.guard(TABLE, **guard))
        self._add_components()

    def _add_components(self) -> None:
        mcp, auth, calls = self.mcp, self.auth, self.calls

        @mcp.tool
        def whoami() -> str:
            calls.append("whoami")
            return current_principal().sub

        @mcp.tool(auth=auth.require(scopes=["notes:read"]))
        def read_notes() -> str:
            calls.append("read_notes")
            return "notes"

        @mcp.tool(auth=auth.require(scopes=["notes:delete"], agent=True))
        def delete_notes() -> str:
            calls.append("delete_notes")
            return "deleted"

        @mcp.tool
        def pay() -> str:
            calls.append("pay")
            return "paid"

        @mcp.tool(output_schema=None)
        async def slow(context: Context, seconds: float = 60) -> str:
            for step in range(int(seconds * 10)):
                await asyncio.sleep(0.1)
                await context.report_progress(step, seconds * 10)
            calls.append("slow")
            return "done"

        @mcp.resource("notes://all")
        def all_notes() -> str:
            calls.append("notes://all")
            return "all"

        @mcp.resource("notes://{name}")
        def note(name: str) -> str:
            calls.append(f"notes://{name}")
            return name

        @mcp.resource("free://one")
        def free() -> str:
            return "free"

        @mcp.prompt
        def summarise() -> str:
            calls.append("summarise")
            return "summarise"
