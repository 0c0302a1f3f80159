"""What is done about the keys, and what that makes of what a replica knows."""

from dataclasses import replace
from math import inf

from .new_round import new_round
from .replica_state import TELLING_STREAM, ReplicaState
from .stream_state import ReplicaPace, StreamName


def after_snapshot_began(state: ReplicaState) -> ReplicaState:
    """The keys are about to be read."""
    return replace(state, snapshot="begun")


def after_snapshot_failed(
    state: ReplicaState, round_: int, now: float, pace: ReplicaPace
) -> ReplicaState:
    """The keys could not be read or written: what was written may be gone with its server."""
    if round_ != state.round:
        return state
    following = new_round(state, "snapshot_failed", now, pace)
    return replace(following, snapshot_not_before=now + pace.snapshot_retry_ms)


def after_snapshot(state: ReplicaState, round_: int, now: float) -> ReplicaState:
    """All keys were read, and what Redis lacked was written to it."""
    if round_ != state.round:
        return state
    return replace(state, snapshot="taken", snapshot_at=now, knows_history=True)


def after_reconcile_began(state: ReplicaState, now: float) -> ReplicaState:
    """The keys are about to be compared."""
    return replace(state, reconcile_from=None, reconciled_at=now)


def after_reconcile_failed(
    state: ReplicaState, round_: int, now: float, pace: ReplicaPace
) -> ReplicaState:
    """The keys were not compared: that is still to be done."""
    if round_ != state.round:
        return state
    return replace(state, reconcile_from=when_to_reconcile(state, now, pace))


def when_to_reconcile(state: ReplicaState, now: float, pace: ReplicaPace) -> float:
    """When the keys are to be compared: at once, but not all the time."""
    last = -inf if state.reconciled_at is None else state.reconciled_at
    return max(now, last + pace.reconcile_pause_ms)


def after_made_good(state: ReplicaState, stream: StreamName, text: str) -> ReplicaState:
    """After what a note speaks of was written to the keys, and Redis was told."""
    known = state.stream(stream)
    if known.note is None or known.note.text != text:
        return state
    return state.with_stream(stream, replace(known, note=replace(known.note, is_done=True)))


def before_writes(state: ReplicaState) -> ReplicaState:
    """Keys are about to be written that Redis had lost. Some may be, whatever happens then."""
    return replace(state, owes_marker=True)


def before_marker(state: ReplicaState, stream: StreamName, marker: str) -> ReplicaState:
    """This replica is about to set a marker: from now on both are right."""
    known = state.stream(stream)
    return state.with_stream(stream, replace(known, pending_marker=marker, marker_set_at=None))


def after_marker_set(state: ReplicaState, stream: StreamName, now: float) -> ReplicaState:
    """Redis has confirmed the marker: it alone is right. It tells of all that was written."""
    known = state.stream(stream)
    # An answer may have shown it already.
    is_awaited = known.pending_marker is not None
    following = replace(known, marker_set_at=now if is_awaited else None)
    owes_marker = state.owes_marker and stream != TELLING_STREAM
    return replace(state.with_stream(stream, following), owes_marker=owes_marker)


def after_marker_refused(state: ReplicaState, stream: StreamName) -> ReplicaState:
    """The marker was not set, since there is another one by now."""
    return state.with_stream(stream, replace(state.stream(stream), pending_marker=None))
