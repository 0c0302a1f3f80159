"""The table from code to HTTP."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from caracalai_identity import Code


class Answer(NamedTuple):
    """How a code is said over HTTP."""

    status: Literal[401, 403, 503]
    error: Literal["invalid_token", "insufficient_scope"] | None
    """The `error` of the challenge (RFC 6750 section 3.1); None where the challenge names none."""


_INVALID_TOKEN = Answer(401, "invalid_token")
_INSUFFICIENT_SCOPE = Answer(403, "insufficient_scope")

_ANSWERS: dict[Code, Answer] = {
    "missing_token": Answer(401, None),
    "invalid_token": _INVALID_TOKEN,
    "invalid_zone": _INVALID_TOKEN,
    "session_revoked": _INVALID_TOKEN,
    "delegation_stale": _INVALID_TOKEN,
    "insufficient_scope": _INSUFFICIENT_SCOPE,
    "agent_required": _INSUFFICIENT_SCOPE,
    "delegation_required": _INSUFFICIENT_SCOPE,
    "chain_mismatch": _INSUFFICIENT_SCOPE,
    "hop_count_exceeded": _INSUFFICIENT_SCOPE,
    "verification_unavailable": Answer(503, None),
}

ANSWERS: Mapping[Code, Answer] = MappingProxyType(_ANSWERS)
"""Every code with its HTTP status and challenge."""
