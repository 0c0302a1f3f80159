"""What a replica knows about its own knowledge."""

from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal

from .._streams.judge_position import StreamPosition
from .._streams.stream_id import BEGINNING
from .judge_history import HistoryBreak, StreamFacts, judge_history
from .judge_losses import KEPT, judge_losses, matters, remembered_of
from .stream_state import (
    Moment,
    ReplicaPace,
    RoundReason,
    SeenLoss,
    StreamCheck,
    StreamName,
    StreamState,
)

TELLING_STREAM: StreamName = "revocations"
"""The stream whose marker tells of what was written, whatever that is: one is enough."""

_LONGEST_WAIT_MS = 1_000
"""How long the keys are left alone at most: whoever writes them is faster."""

_YOUNG_MS = 60_000
"""A consumer that is this far behind is not well."""


@dataclass(frozen=True)
class ReplicaState:
    """What a replica knows about its own knowledge: pure data, changed by this module only.

    A round begins with a history that is not known, and ends with a snapshot: the streams are read
    from their beginning, then the keys, then the streams once more.

    Attributes:
        revocations: The one stream,
        delegations: and the other.
        round: Counts the rounds. What was begun in an earlier one says nothing about this one.
        broken_by: Why this round began; None for the first one.
        snapshot_not_before: The keys are not read before, so that what others are about to write is
            there by then.
        proof_not_before: Proofs of before do not count: another server may lack what others are
            about to write again.
        snapshot: Whether the keys are read.
        snapshot_at: When the latest snapshot of this round was taken.
        knows_history: Whether this replica was ready before, so that it knows what Redis had held.
        reconcile_from: From when on the keys are to be compared, since they may lack what the
            stream has lost.
        reconciled_at: When the keys were compared last.
        owes_marker: Whether this replica has written, or begun to, what others have to be told of
            by a marker.
        full_until: Whether a revocation found no room, and when to try again.
    """

    revocations: StreamState = field(default_factory=StreamState)
    delegations: StreamState = field(default_factory=StreamState)
    round: int = 1
    broken_by: RoundReason | None = None
    snapshot_not_before: float = -inf
    proof_not_before: float = -inf
    snapshot: Literal["none", "begun", "taken"] = "none"
    snapshot_at: float | None = None
    knows_history: bool = False
    reconcile_from: float | None = None
    reconciled_at: float | None = None
    owes_marker: bool = False
    full_until: float | None = None

    def stream(self, name: StreamName) -> StreamState:
        """What is known of a stream."""
        return self.revocations if name == "revocations" else self.delegations

    @property
    def streams(self) -> tuple[StreamState, StreamState]:
        """What is known of both."""
        return self.revocations, self.delegations


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
        reconcile_from = _when_to_reconcile(state, now, pace)
    following = _with_stream(state, check.stream, after)
    following = replace(following, reconcile_from=reconcile_from)
    # At the start, nothing tells a server that has just lost something from one that has not.
    is_first_server = known.run_id is None and state.round == 1
    return _wait_for_others(following, now, pace) if is_first_server else following


_LOST_HISTORY: frozenset[RoundReason] = frozenset(
    ("history_lost", "stream_older", "server_changed")
)
"""What was lost by the server is not told from what this replica has missed of the same history."""


def _after_break(
    state: ReplicaState, problem: HistoryBreak, check: StreamCheck, moment: Moment
) -> ReplicaState:
    """A new round after an answer: what this replica may have missed, it does not forget."""
    after = _new_round(state, problem, moment.now, moment.pace)
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
    return _with_stream(replace(after, knows_history=knows_history), check.stream, following)


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


def _wait_for_others(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """Not before proofs and keys hold what others, who may know more, are about to write."""
    return replace(
        state,
        snapshot_not_before=max(state.snapshot_not_before, now + wait_for_writes_ms(pace)),
        proof_not_before=max(state.proof_not_before, now + pace.settle_ms),
    )


def wait_for_writes_ms(pace: ReplicaPace) -> float:
    """How long others need to write what they have in hand, in milliseconds."""
    return min(pace.settle_ms / 4, _LONGEST_WAIT_MS)


def _has_lost_young(known: StreamState, facts: StreamFacts) -> bool:
    """Whether entries were removed so soon that perhaps no consumer has written them yet."""
    if known.removed is None or facts.entries_added - facts.length <= known.removed:
        return False
    return (facts.first_age_ms or 0) < _YOUNG_MS


def after_made_good(state: ReplicaState, stream: StreamName, text: str) -> ReplicaState:
    """After what a note speaks of was written to the keys, and Redis was told."""
    known = state.stream(stream)
    if known.note is None or known.note.text != text:
        return state
    return _with_stream(state, stream, replace(known, note=replace(known.note, is_done=True)))


def _when_to_reconcile(state: ReplicaState, now: float, pace: ReplicaPace) -> float:
    """At once, but not all the time."""
    last = -inf if state.reconciled_at is None else state.reconciled_at
    return max(now, last + pace.reconcile_pause_ms)


def after_entries(
    state: ReplicaState, stream: StreamName, round_: int, last_id: str, count: int
) -> ReplicaState:
    """After entries that came between two answers, in the round in which they were asked for."""
    known = state.stream(stream)
    if round_ != state.round or known.position is None:
        return state
    position = StreamPosition(last_id, known.position.added + count)
    return _with_stream(state, stream, replace(known, position=position))


def after_lost_race(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """Somebody else has changed the marker while this replica was about to: it looks again."""
    return _new_round(state, "history_changed", now, pace)


def after_full(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """A revocation found no room: what is known is not all."""
    if state.full_until is not None:
        return state
    return replace(state, full_until=now + pace.full_retry_ms)


def after_full_retry(state: ReplicaState, now: float, pace: ReplicaPace) -> ReplicaState:
    """A new try after a revocation has found no room."""
    return _new_round(state, "full", now, pace)


def after_snapshot_began(state: ReplicaState) -> ReplicaState:
    """The keys are about to be read."""
    return replace(state, snapshot="begun")


def after_snapshot_failed(
    state: ReplicaState, round_: int, now: float, pace: ReplicaPace
) -> ReplicaState:
    """The keys could not be read or written: what was written may be gone with its server."""
    if round_ != state.round:
        return state
    following = _new_round(state, "snapshot_failed", now, pace)
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
    return replace(state, reconcile_from=_when_to_reconcile(state, now, pace))


def before_writes(state: ReplicaState) -> ReplicaState:
    """Keys are about to be written that Redis had lost. Some may be, whatever happens then."""
    return replace(state, owes_marker=True)


def before_marker(state: ReplicaState, stream: StreamName, marker: str) -> ReplicaState:
    """This replica is about to set a marker: from now on both are right."""
    known = state.stream(stream)
    return _with_stream(state, stream, replace(known, pending_marker=marker, marker_set_at=None))


def after_marker_set(state: ReplicaState, stream: StreamName, now: float) -> ReplicaState:
    """Redis has confirmed the marker: it alone is right. It tells of all that was written."""
    known = state.stream(stream)
    # An answer may have shown it already.
    is_awaited = known.pending_marker is not None
    following = replace(known, marker_set_at=now if is_awaited else None)
    owes_marker = state.owes_marker and stream != TELLING_STREAM
    return replace(_with_stream(state, stream, following), owes_marker=owes_marker)


def after_marker_refused(state: ReplicaState, stream: StreamName) -> ReplicaState:
    """The marker was not set, since there is another one by now."""
    return _with_stream(state, stream, replace(state.stream(stream), pending_marker=None))


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


def _new_round(
    state: ReplicaState, broken_by: RoundReason, now: float, pace: ReplicaPace
) -> ReplicaState:
    following = ReplicaState(
        round=state.round + 1,
        broken_by=broken_by,
        knows_history=state.knows_history,
        owes_marker=state.owes_marker,
        revocations=remembered_of(state.revocations, broken_by),
        delegations=remembered_of(state.delegations, broken_by),
    )
    return _wait_for_others(following, now, pace)


def _with_stream(state: ReplicaState, stream: StreamName, following: StreamState) -> ReplicaState:
    if stream == "revocations":
        return replace(state, revocations=following)
    return replace(state, delegations=following)
