from fastmcp import FastMCP

from caracalai_mcp_fastmcp import CaracalAuth, current_principal
from caracalai_revocation import InMemoryRevocationStore

auth = CaracalAuth(
    issuer="https://sts.example.com",
    audience="https://mcp.example.com",
    zone_id="zone_prod",
    revocations=InMemoryRevocationStore(),
    required_scopes=["mcp:tool:call"],
    base_url="https://mcp.example.com",
)
mcp = FastMCP("notes", auth=auth, middleware=[auth.guard()])


@mcp.tool
def whoami() -> str:
    """Who is calling."""
    return current_principal().sub


@mcp.tool(auth=auth.require(scopes=["notes:delete"], agent=True))
def delete_notes() -> str:
    """Deletes all notes. For agents."""
    return "Deleted"


if __name__ == "__main__":
    mcp.run(transport="http", port=8080, stateless_http=True)
