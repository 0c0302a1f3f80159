"""Step 6: the authority."""

from dataclasses import dataclass

from ._mandate import Mandate, hop_count_of, scopes_of
from ._mandate_error import MandateError
from ._refusals import refuse_token


@dataclass(frozen=True, kw_only=True)
class AuthorityPolicy:
    """What an operation needs a mandate to carry.

    Attributes:
        required_scopes: Every one of these scopes.
        required_targets: Every one of these among the mandate's targets, compared exactly.
        require_agent: An agent's mandate: one with an `agent_session_id`.
        require_delegation: A delegated mandate: one with a `delegation_edge_id`.
        require_chain_contains: Every one of these applications in the delegation chain.
        require_chain_integrity: Chain, path, edge and hop count fit together as the STS emits them.
        max_hop_count: How many hops at the most.
    """

    required_scopes: tuple[str, ...]
    required_targets: tuple[str, ...]
    require_agent: bool
    require_delegation: bool
    require_chain_contains: tuple[str, ...]
    require_chain_integrity: bool
    max_hop_count: int


def judge_authority(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    """Step 6, authority: does a verified mandate suffice for an operation? Pure.

    Returns:
        None where it does; else `insufficient_scope`, `invalid_token` with check `target`,
        `agent_required`, `delegation_required`, `chain_mismatch` or `hop_count_exceeded`: the
        first, in this order.
    """
    return (
        _judge_scopes(mandate, policy)
        or _judge_targets(mandate, policy)
        or _judge_agent(mandate, policy)
        or _judge_delegation(mandate, policy)
        or _judge_chain(mandate, policy)
        or _judge_hops(mandate, policy)
    )


def _judge_scopes(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    """RFC 6750 section 3.1: the answer names every scope that the operation needs."""
    granted = scopes_of(mandate)
    needed = policy.required_scopes
    missing = next((scope for scope in needed if scope not in granted), None)
    if missing is None:
        return None
    return MandateError(
        "insufficient_scope",
        "scope",
        f"Missing scope: {missing}",
        f"The operation needs: {' '.join(needed)}. Grant what is missing to the application, or"
        " ask the STS for it.",
        needed,
    )


def _judge_targets(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    targets = mandate.target or ()
    if all(target in targets for target in policy.required_targets):
        return None
    return refuse_token("target")


def _judge_agent(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    if not policy.require_agent or mandate.agent_session_id is not None:
        return None
    return MandateError(
        "agent_required",
        "agent",
        "Agent identity required",
        "The operation is for agents: the mandate has to be issued to an agent session.",
    )


def _judge_delegation(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    if not policy.require_delegation or mandate.delegation_edge_id is not None:
        return None
    return MandateError(
        "delegation_required",
        "delegation",
        "Delegation required",
        "The operation is for delegated authority: the mandate has to be issued over a delegation"
        " edge.",
    )


def _judge_chain(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    applications = {entry.application_id for entry in mandate.delegation_chain or ()}
    needed = policy.require_chain_contains
    missing = next((each for each in needed if each not in applications), None)
    if missing is not None:
        return _refuse_chain(
            f"Delegation chain missing application: {missing}",
            "The authority has to come through this application.",
        )
    if policy.require_chain_integrity and not _has_chain_integrity(mandate):
        return _refuse_chain(
            "Delegation chain inconsistent",
            "Delegation path, chain, edge and hop count of the mandate do not fit together.",
        )
    return None


def _has_chain_integrity(mandate: Mandate) -> bool:
    """The structure that the STS emits.

    One entry for each edge of the path, then one for the receiver, which is the application and
    the agent session that the mandate was issued to.
    """
    path = mandate.delegation_path or ()
    chain = mandate.delegation_chain or ()
    if (mandate.hop_count or 0) != len(path):
        return False
    if mandate.delegation_edge_id != (path[-1] if path else None):
        return False
    if len(set(path)) != len(path):
        return False
    if not path and not chain:
        return True
    if len(chain) != len(path) + 1:
        return False

    *givers, receiver = chain
    return (
        tuple(entry.delegation_edge_id for entry in givers) == path
        and receiver.application_id == mandate.client_id
        and receiver.agent_session_id == mandate.agent_session_id
        and receiver.delegation_edge_id is None
    )


def _refuse_chain(description: str, hint: str) -> MandateError:
    return MandateError("chain_mismatch", "chain", description, hint)


def _judge_hops(mandate: Mandate, policy: AuthorityPolicy) -> MandateError | None:
    if hop_count_of(mandate) <= policy.max_hop_count:
        return None
    return MandateError(
        "hop_count_exceeded",
        "hops",
        "Hop count exceeded",
        f"The authority was delegated more often than the {policy.max_hop_count} times that are"
        " allowed.",
    )
