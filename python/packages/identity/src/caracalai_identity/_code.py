"""The closed lists of codes and checks, the same in every language."""

from typing import Literal

Code = Literal[
    "missing_token",
    "invalid_token",
    "invalid_zone",
    "session_revoked",
    "delegation_stale",
    "insufficient_scope",
    "agent_required",
    "delegation_required",
    "chain_mismatch",
    "hop_count_exceeded",
    "verification_unavailable",
]
"""Why a mandate was refused. HTTP status and challenge of each are in `caracalai_transport_mcp`."""

Check = Literal[
    "bearer",
    "size",
    "encoding",
    "header",
    "algorithm",
    "kid",
    "key",
    "signature",
    "payload",
    "issuer",
    "audience",
    "expiry",
    "time",
    "lifetime",
    "claim",
    "use",
    "zone",
    "scope",
    "target",
    "agent",
    "delegation",
    "chain",
    "hops",
    "revocation",
    "epoch",
    "jwks_unavailable",
    "revocations_unavailable",
]
"""Which check refused it: the step and detail, in the order in which they are made."""
