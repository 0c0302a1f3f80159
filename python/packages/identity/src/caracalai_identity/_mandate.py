"""A verified mandate, and what is read out of it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class DelegationChainEntry:
    """One application on the way that authority was delegated, root first, the receiver last."""

    application_id: str
    agent_session_id: str | None = None
    delegation_edge_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """The claims of a verified mandate, under their names on the wire.

    Times are whole seconds since the epoch (RFC 7519 section 2, NumericDate). A claim that is not
    there is None; claims that the wire format does not know are left out.

    Attributes:
        iss: The STS.
        aud: The resources that it was issued for; the wire's single string is one of one here.
        sub: Who the authority is for.
        sub_type: What `sub` is.
        client_id: The application that is acting.
        zone_id: The tenant whose key signed it.
        sid: Session; revocation anchor.
        root_sid: Root session; revocation anchor.
        scope: Granted scopes, separated by spaces.
        target: The resources that the authority covers.
        agent_session_id: The agent's session; revocation anchor. In an agent's mandate and in no
            other.
        delegation_edge_id: The edge that delegated this authority; revocation anchor.
        delegation_path: Edge ids, root first.
        hop_count: As claimed; what is judged is `hop_count_of`.
        delegation_graph_epoch: The zone's delegation-graph epoch at issue.
    """

    iss: str
    aud: tuple[str, ...]
    sub: str
    sub_type: Literal["user", "application"]
    client_id: str
    zone_id: str
    jti: str
    iat: int
    exp: int
    nbf: int | None = None
    use: Literal["resource"]
    sid: str
    root_sid: str
    scope: str | None = None
    target: tuple[str, ...] | None = None
    agent_session_id: str | None = None
    delegation_edge_id: str | None = None
    source_session_id: str | None = None
    target_session_id: str | None = None
    delegation_path: tuple[str, ...] | None = None
    delegation_chain: tuple[DelegationChainEntry, ...] | None = None
    hop_count: int | None = None
    delegation_graph_epoch: int | None = None


def hop_count_of(mandate: Mandate) -> int:
    """How often the authority was delegated.

    The largest of what the mandate says and what its lists show, so that an understated
    `hop_count` gains nothing.
    """
    return max(
        mandate.hop_count or 0,
        len(mandate.delegation_path or ()),
        len(mandate.delegation_chain or ()) - 1,
    )


def scopes_of(mandate: Mandate) -> tuple[str, ...]:
    """The scopes granted (RFC 6749 section 3.3).

    Split at spaces, and at nothing that resembles one.
    """
    return tuple(scope for scope in (mandate.scope or "").split(" ") if scope != "")


def anchors_of(mandate: Mandate) -> tuple[str, ...]:
    """The ids whose revocation ends the mandate, without repetition."""
    anchors = (
        mandate.sid,
        mandate.root_sid,
        mandate.agent_session_id,
        mandate.delegation_edge_id,
    )
    return tuple(dict.fromkeys(anchor for anchor in anchors if anchor is not None))


def delegation_epoch_of(mandate: Mandate) -> int | None:
    """The delegation epoch that the mandate was issued under.

    None where it is not subject to the epoch check, 0 where it is delegated and does not say.
    """
    if mandate.delegation_graph_epoch is not None:
        return mandate.delegation_graph_epoch
    return None if mandate.delegation_edge_id is None else 0
