"""A guarded server over stdio, for a test."""

import sys

from fastmcp import FastMCP

from caracalai_mcp_fastmcp import CaracalAuth, current_principal
from caracalai_revocation import InMemoryRevocationStore

auth = CaracalAuth(
    issuer=sys.argv[1],
    audience="https://mcp.example.com",
    zone_id="zone_dev",
    revocations=InMemoryRevocationStore(),
)
mandates = sys.argv[2:]
guard = auth.guard(local_mandate=lambda: mandates[0]) if mandates else auth.guard()
mcp = FastMCP("hello", auth=auth, middleware=[guard])


@mcp.tool
def hello() -> str:
    """Says hello, to whom it may."""
    return "hello"


@mcp.tool
def whoami() -> str:
    """Tells who calls."""
    return current_principal().sub


mcp.run(transport="stdio", show_banner=False)
