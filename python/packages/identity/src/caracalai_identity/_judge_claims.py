"""Step 5: the claims."""

import math
from dataclasses import dataclass
from typing import Any, cast

from ._claim_types import read_claims
from ._json_object import JsonObject
from ._mandate import DelegationChainEntry, Mandate
from ._mandate_error import MandateError
from ._refusals import refuse_token


@dataclass(frozen=True, kw_only=True)
class ClaimsPolicy:
    """What the claims of every mandate are held against.

    Attributes:
        issuer: The one issuer, compared exactly.
        audience: What `aud` has to contain, compared exactly.
        zone_ids: The zones whose mandates are accepted.
        clock_tolerance_seconds: How far in the future `iat` and `nbf` may lie. `exp` has no
            tolerance.
        max_lifetime_seconds: The longest `exp - iat`.
    """

    issuer: str
    audience: str
    zone_ids: tuple[str, ...]
    clock_tolerance_seconds: int
    max_lifetime_seconds: int


def judge_claims(payload: JsonObject, policy: ClaimsPolicy, now: float) -> Mandate | MandateError:
    """Step 5, claims (RFC 7519 section 4.1): pure, no clock of its own.

    Args:
        payload: Of a token whose signature was verified.
        policy: What it is held against.
        now: Seconds since the epoch; a fraction of a second has not passed yet.

    Returns:
        The mandate, or `invalid_token` with check `claim`, `issuer`, `audience`, `expiry`, `time`,
        `lifetime` or `use`, or `invalid_zone`.
    """
    claims = read_claims(payload)
    if claims is None:
        return refuse_token("claim")

    if claims.get("iss") != policy.issuer:
        return refuse_token("issuer")
    aud = claims.get("aud")
    audience = tuple(aud) if isinstance(aud, list) else (aud,)
    if policy.audience not in audience:
        return refuse_token("audience")

    refusal = _judge_times(claims, policy, now)
    if refusal is not None:
        return refusal

    if claims.get("use") != "resource":
        return refuse_token("use")
    if claims.get("zone_id") not in policy.zone_ids:
        return _refuse_zone()

    return _to_mandate(claims, audience)


def _judge_times(claims: JsonObject, policy: ClaimsPolicy, now: float) -> MandateError | None:
    """`exp`, `nbf` and `iat` (RFC 7519 sections 4.1.4 to 4.1.6)."""
    exp, iat, nbf = (cast("int | None", claims.get(name)) for name in ("exp", "iat", "nbf"))
    # Written so that a clock that is no number lets nothing through.
    if exp is None or not (math.isfinite(now) and now < exp):
        return refuse_token("expiry")
    latest = math.floor(now) + policy.clock_tolerance_seconds
    if iat is None or iat > latest:
        return refuse_token("time")
    if nbf is not None and nbf > latest:
        return refuse_token("time")
    if iat > exp:
        return refuse_token("time")
    if exp - iat > policy.max_lifetime_seconds:
        return refuse_token("lifetime")
    return None


def _refuse_zone() -> MandateError:
    return MandateError(
        "invalid_zone",
        "zone",
        "Token zone validation failed",
        "The token belongs to a zone that this server is not configured for.",
    )


def _to_mandate(claims: JsonObject, audience: tuple[object, ...]) -> Mandate:
    """The claims are checked by now: what was of any type is a mandate."""
    members: dict[str, Any] = {**claims, "aud": audience}
    for name in ("target", "delegation_path"):
        if name in members:
            members[name] = tuple(members[name])
    if "delegation_chain" in members:
        members["delegation_chain"] = tuple(map(_to_chain_entry, members["delegation_chain"]))
    return Mandate(**members)


def _to_chain_entry(entry: dict[str, Any]) -> DelegationChainEntry:
    """Copied without members that the wire format does not know."""
    return DelegationChainEntry(
        entry["application_id"], entry.get("agent_session_id"), entry.get("delegation_edge_id")
    )
