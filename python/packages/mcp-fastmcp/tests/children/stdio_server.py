"""A guarded server over stdio, for a test."""

import sys

from fastmcp import FastMCP

from caracalai_mcp_fastmcp import CaracalAuth
from caracalai_revocation import InMemoryRevocationStore

auth = CaracalAuth(
    issuer=sys.argv[1],
    audience="https://mcp.example.com",
    zone_id="zone_dev",
    revocations=InMemoryRevocationStore(),
)
mcp = FastMCP("hello", auth=auth, middleware=[auth.guard()])


@mcp.tool
def hello() -> str:
    """Says hello, to whom it may."""
    return "hello"


mcp.run(transport="stdio", show_banner=False)
