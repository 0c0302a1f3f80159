import asyncio
import sys

from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import challenge, create_mandate_verifier

issuer, token = sys.argv[1:]
verifier = create_mandate_verifier(
    issuer=issuer,
    audience="https://mcp.example.com",
    zone_id="zone_dev",
    revocations=InMemoryRevocationStore(),
)
read_notes = verifier.require({"required_scopes": ["notes:read"]})


async def handle(authorization: str | None) -> tuple[int, str]:
    result = await read_notes.authorization(authorization)
    if not result.ok:
        answer = challenge(result.error)
        return answer.status, answer.headers.get("www-authenticate", "")
    return 200, f"hello {result.principal.sub}"


async def main() -> None:
    await verifier.warmup()
    print(await handle(None))  # (401, 'Bearer scope="notes:read"')
    print(await handle(f"Bearer {token}"))  # (200, 'hello user_dev')


asyncio.run(main())
