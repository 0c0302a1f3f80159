"""Who is calling."""

from dataclasses import dataclass, field
from typing import Literal

from caracalai_identity import Mandate, hop_count_of, scopes_of


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who is calling, and with what authority. Frozen, and without the token.

    Attributes:
        sub: Who the authority is for.
        sub_type: What `sub` is.
        client_id: The application that is acting.
        zone_id: The tenant.
        scope: The granted scopes as in the mandate, separated by spaces; empty where there are
            none.
        scopes: The same, one by one.
        targets: The resources that the authority covers.
        agent_session_id: The agent's session; None where the caller is no agent.
        hop_count: How often the authority was delegated.
        expires_at: When the mandate expires, in seconds since the epoch.
        mandate: Every claim.
    """

    sub: str
    sub_type: Literal["user", "application"]
    client_id: str
    zone_id: str
    scope: str
    scopes: tuple[str, ...]
    targets: tuple[str, ...]
    agent_session_id: str | None
    hop_count: int
    expires_at: int
    mandate: Mandate = field(repr=False)


def principal_of(mandate: Mandate) -> Principal:
    """The principal that a verified mandate speaks for."""
    return Principal(
        sub=mandate.sub,
        sub_type=mandate.sub_type,
        client_id=mandate.client_id,
        zone_id=mandate.zone_id,
        scope=mandate.scope or "",
        scopes=scopes_of(mandate),
        targets=mandate.target or (),
        agent_session_id=mandate.agent_session_id,
        hop_count=hop_count_of(mandate),
        expires_at=mandate.exp,
        mandate=mandate,
    )
