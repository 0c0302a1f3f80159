"""What begins a new round of a replica."""

from dataclasses import replace

from .judge_losses import remembered_of
from .replica_state import ReplicaState
from .stream_state import ReplicaPace, RoundReason

_LONGEST_WAIT_MS = 1_000
"""How long the keys are left alone at most: whoever writes them is faster."""


def new_round(
    state: ReplicaState, broken_by: RoundReason, now: float, pace: ReplicaPace
) -> ReplicaState:
    """What was read in this one counts no more, but for what is remembered of it."""
    following = ReplicaState(
        round=state.round + 1,
        broken_by=broken_by,
        knows_history=state.knows_history,
        owes_marker=state.owes_marker,
        revocations=remembered_of(state.revocations, broken_by),
        delegations=remembered_of(state.delegations, broken_by),
    )
    return wait_for_others(following, now, pace)


def wait_for_others(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """Not before proofs and keys hold what others, who may know more, are about to write."""
    return replace(
        state,
        snapshot_not_before=max(state.snapshot_not_before, now + wait_for_writes_ms(pace)),
        proof_not_before=max(state.proof_not_before, now + pace.settle_ms),
    )


def wait_for_writes_ms(pace: ReplicaPace) -> float:
    """How long others need to write what they have in hand, in milliseconds."""
    return min(pace.settle_ms / 4, _LONGEST_WAIT_MS)


def after_lost_race(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """Somebody else has changed the marker while this replica was about to: it looks again."""
    return new_round(state, "history_changed", now, pace)


def after_full(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """A revocation found no room: what is known is not all."""
    if state.full_until is not None:
        return state
    return replace(state, full_until=now + pace.full_retry_ms)


def after_full_retry(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """A new try after a revocation has found no room."""
    return new_round(state, "full", now, pace)
