"""What an answer of Redis makes of what a replica knows."""

from dataclasses import replace

from .._streams.judge_position import StreamPosition
from .._streams.stream_id import BEGINNING
from .after_key_task import when_to_reconcile
from .judge_history import HistoryBreak, StreamFacts, judge_history
from .judge_losses import KEPT, judge_losses, matters
from .new_round import new_round, wait_for_others
from .replica_state import ReplicaState
from .stream_state import (
    Moment,
    ReplicaPace,
    RoundReason,
    SeenLoss,
    StreamCheck,
    StreamName,
    StreamState,
)

_YOUNG_MS = 60_000
"""A consumer that is this far behind is not well."""


def after_check(
    state: ReplicaState, check: StreamCheck, now: float, pace: ReplicaPace
) -> ReplicaState:
    """After an answer: the history goes on, or a new round begins."""
    if check.round != state.round:
        return state
    known, facts = state.stream(check.stream), check.facts
    # Nothing that it says counts before somebody has put it right.
    if known.evicts and facts.evicts:
        return state
    problem = judge_history(known, facts) or _judge_new_marker(state, check)
    if problem is not None:
        return _after_break(state, problem, check, Moment(now, pace))
    if known.unmarked_since is not None and facts.marker is not None:
        after = _begin_anew(known, facts)
    else:
        losses = judge_losses(known, check, Moment(now, pace), knows_history=state.knows_history)
        # From here on, the position of this round tells, not that of before.
        after = replace(_go_on(known, check, now), **losses._asdict())
    reconcile_from = state.reconcile_from
    if reconcile_from is None and _has_lost_young(known, facts):
        reconcile_from = when_to_reconcile(state, now, pace)
    following = state.with_stream(check.stream, after)
    following = replace(following, reconcile_from=reconcile_from)
    # At the start, nothing tells a server that has just lost something from one that has not.
    is_first_server = known.run_id is None and state.round == 1
    return wait_for_others(following, now, pace) if is_first_server else following


_LOST_HISTORY: frozenset[RoundReason] = frozenset(
    ("history_lost", "stream_older", "server_changed")
)
"""What was lost by the server is not told from what this replica has missed of the same history."""


def _after_break(
    state: ReplicaState, problem: HistoryBreak, check: StreamCheck, moment: Moment
) -> ReplicaState:
    """A new round after an answer: what this replica may have missed, it does not forget."""
    after = new_round(state, problem, moment.now, moment.pace)
    is_trimmed = problem == "stream_trimmed"
    if problem in _LOST_HISTORY:
        after = _after_lost_history(state, after)
    known = after.stream(check.stream)
    following = replace(
        known,
        evicts=check.facts.evicts,
        read_before=None if is_trimmed else known.read_before,
    )
    # Others may have written what it has missed, and Redis may lose that before it was read.
    knows_history = after.knows_history and not is_trimmed
    return replace(after, knows_history=knows_history).with_stream(check.stream, following)


def _after_lost_history(state: ReplicaState, following: ReplicaState) -> ReplicaState:
    """Another history has other counts, and may lack the note about what is not known here."""

    def keep(loss: SeenLoss | None) -> SeenLoss | None:
        return replace(loss, id=KEPT) if loss is not None and matters(loss) else None

    is_any_lost = any(matters(stream.loss) for stream in state.streams)
    return replace(
        following,
        knows_history=following.knows_history and not is_any_lost,
        revocations=replace(
            following.revocations, read_before=None, loss=keep(state.revocations.loss)
        ),
        delegations=replace(
            following.delegations, read_before=None, loss=keep(state.delegations.loss)
        ),
    )


def _has_lost_young(known: StreamState, facts: StreamFacts) -> bool:
    """Whether entries were removed so soon that perhaps no consumer has written them yet."""
    if known.removed is None or facts.entries_added - facts.length <= known.removed:
        return False
    return (facts.first_age_ms or 0) < _YOUNG_MS


def after_entries(
    state: ReplicaState, stream: StreamName, round_: int, last_id: str, count: int
) -> ReplicaState:
    """After entries that came between two answers, in the round in which they were asked for."""
    known = state.stream(stream)
    if round_ != state.round or known.position is None:
        return state
    position = StreamPosition(last_id, known.position.added + count)
    return state.with_stream(stream, replace(known, position=position))


def _judge_new_marker(state: ReplicaState, check: StreamCheck) -> HistoryBreak | None:
    """A marker of somebody else, or one that this replica has set, and that is not there.

    Where somebody sets one while the keys are being read, some of those may have been missed.
    """
    known, marker = state.stream(check.stream), check.facts.marker
    if marker == known.pending_marker:
        return None
    is_foreign = known.marker is None and marker is not None and state.snapshot != "none"
    is_lost = known.marker_set_at is not None and check.sent_at >= known.marker_set_at
    return "history_changed" if is_foreign or is_lost else None


def _go_on(known: StreamState, check: StreamCheck, now: float) -> StreamState:
    facts = check.facts
    is_own = facts.marker is not None and facts.marker == known.pending_marker
    since = now if known.unmarked_since is None else known.unmarked_since
    return StreamState(
        position=_advance(known.position, facts, check.last_id),
        run_id=facts.run_id,
        marker=facts.marker,
        pending_marker=None if is_own else known.pending_marker,
        marker_set_at=None if is_own else known.marker_set_at,
        removed=facts.entries_added - facts.length,
        evicted_keys=facts.evicted_keys,
        proven_at=check.sent_at if facts.drained else known.proven_at,
        unmarked_since=since if facts.marker is None else None,
    )


def _begin_anew(known: StreamState, facts: StreamFacts) -> StreamState:
    """What was read before there was a marker may be of another history.

    Nothing tells whether Redis was emptied meanwhile. So the stream is read from its beginning once
    more.
    """
    # Who sets a marker where there was none knows what Redis has lost.
    is_known = known.loss is not None and known.loss.id == KEPT
    return StreamState(
        run_id=facts.run_id,
        marker=facts.marker,
        evicted_keys=facts.evicted_keys,
        loss=None if is_known else known.loss,
        proven_note=known.proven_note,
    )


def _advance(
    position: StreamPosition | None, facts: StreamFacts, last_id: str | None
) -> StreamPosition:
    """At the end of the stream, the position is the highest id there was."""
    added = facts.entries_added - facts.length if position is None else position.added
    before = BEGINNING if position is None else position.last_id
    reached = facts.last_generated_id if facts.drained else last_id
    return StreamPosition(reached or before, added + facts.unread)
