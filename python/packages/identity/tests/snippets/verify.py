import asyncio
import sys
import time

from caracalai_identity import (
    AuthorityPolicy,
    ClaimsPolicy,
    MandateError,
    create_key_cache,
    judge_authority,
    verify_mandate,
)

issuer, token = sys.argv[1:]
keys = create_key_cache()
claims = ClaimsPolicy(
    issuer=issuer,
    audience="https://mcp.example.com",
    zone_ids=("zone_dev",),
    clock_tolerance_seconds=60,
    max_lifetime_seconds=3_600,
)


async def main() -> None:
    mandate = await verify_mandate(token, claims, keys, time.time)
    if isinstance(mandate, MandateError):
        raise mandate
    print(mandate.sub)  # user_dev

    refusal = judge_authority(
        mandate,
        AuthorityPolicy(
            required_scopes=("mcp:tool:call", "notes:write"),
            required_targets=(),
            require_agent=False,
            require_delegation=False,
            require_chain_contains=(),
            require_chain_integrity=False,
            max_hop_count=10,
        ),
    )
    print(refusal)  # Missing scope: notes:write


asyncio.run(main())
