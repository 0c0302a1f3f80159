"""Whether a replica may answer, and what there is to be done."""

from math import inf
from typing import Literal, NamedTuple

from .replica_state import ReplicaState
from .stream_state import STREAMS, ReplicaPace, StreamName, StreamState

_READY_MS = 1_000
"""How old the latest proof of a replica may be that is ready."""

ReplicaTask = Literal["retry", "adopt", "snapshot", "reconcile"]
"""What there is to be done by now, beside following the streams.

`retry`: a new round, since a revocation had found no room. `adopt`: marking a Redis that nobody has
marked, after it was watched for long enough. `snapshot`: reading the keys, and writing what they
lack. `reconcile`: the same while the replica is in step, since the keys may lack something.
"""

ReplicaProblem = Literal["full", "unknown_history", "events_lost", "synchronising", "stale"]
"""Why a replica does not answer."""


class Readiness(NamedTuple):
    """Until when a replica may answer if nothing more happens, or why it may not.

    Attributes:
        until: Until when it may answer,
        ready_until: and until when it is up to date to the second; minus infinity where it may not.
        problem: Why it may not.
    """

    until: float
    ready_until: float
    problem: ReplicaProblem | None


def next_task(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaTask | None:
    """What there is to be done at a time of the monotonic clock, in milliseconds."""
    if state.full_until is not None:
        return "retry" if now >= state.full_until else None
    if state.snapshot == "taken":
        reconcile_from = inf if state.reconcile_from is None else state.reconcile_from
        return "reconcile" if now >= min(reconcile_from, _answer_from(state, pace)) else None
    if state.snapshot == "begun" or now < state.snapshot_not_before:
        return None
    if any(stream.proven_at is None for stream in state.streams):
        return None
    # What the keys lack now, they may have when the loss is made good for.
    if not all(stream.is_whole for stream in state.streams):
        return None
    if state.knows_history or _is_marked(state):
        return "snapshot"
    is_watched = now - _unmarked_since(state) >= pace.adopt_after_ms
    return "adopt" if is_watched and not _is_being_marked(state) else None


def notes_to_answer(state: ReplicaState) -> list[StreamName]:
    """The streams with a note about a loss that this replica can answer: it has read all."""
    return [name for name in STREAMS if _is_to_be_answered(state.stream(name))]


def _is_to_be_answered(known: StreamState) -> bool:
    note = known.note
    if note is None or note.is_done or not known.is_whole:
        return False
    return known.proven_at is not None and known.proven_at >= note.at


def _answer_from(state: ReplicaState, pace: ReplicaPace) -> float:
    """At once, but not all the time."""
    if not notes_to_answer(state):
        return inf
    last = -inf if state.reconciled_at is None else state.reconciled_at
    return last + pace.reconcile_pause_ms


def readiness_of(state: ReplicaState, pace: ReplicaPace) -> Readiness:
    """Until when a replica may answer, or why it may not."""
    if state.full_until is not None:
        return _silent("full")
    if not state.knows_history and _unmarked_since(state) > -inf:
        return _silent("unknown_history")
    if any(stream.is_whole is False for stream in state.streams):
        return _silent("events_lost")
    if state.snapshot_at is None or not _is_marked(state):
        return _silent("synchronising")
    oldest = oldest_proof(state)
    if oldest < max(state.snapshot_at, state.proof_not_before):
        return _silent("synchronising")
    until = oldest + pace.max_staleness_ms
    return Readiness(until, oldest + min(_READY_MS, pace.max_staleness_ms), None)


def _silent(problem: ReplicaProblem) -> Readiness:
    return Readiness(-inf, -inf, problem)


def is_waiting_for_proof(state: ReplicaState, now: float, pace: ReplicaPace) -> bool:
    """Whether the next proof may be the one that is waited for: it is worth asking often."""
    problem = readiness_of(state, pace).problem
    may_adopt = now - _unmarked_since(state) >= pace.adopt_after_ms
    return problem == "synchronising" or (problem == "unknown_history" and may_adopt)


def oldest_proof(state: ReplicaState) -> float:
    """When the older of both proofs was asked for; minus infinity where one is missing."""
    return min(-inf if it.proven_at is None else it.proven_at for it in state.streams)


def _is_marked(state: ReplicaState) -> bool:
    return all(stream.marker is not None for stream in state.streams)


def _is_being_marked(state: ReplicaState) -> bool:
    """Whether all that remains is to see the markers that Redis has confirmed."""
    return all(
        stream.marker is not None or stream.marker_set_at is not None for stream in state.streams
    )


def _unmarked_since(state: ReplicaState) -> float:
    """Since when any stream is known to be unmarked; minus infinity where none is."""
    return max(-inf if it.unmarked_since is None else it.unmarked_since for it in state.streams)
