"""What a replica knows about its own knowledge."""

from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal

from .stream_state import RoundReason, StreamName, StreamState

TELLING_STREAM: StreamName = "revocations"
"""The stream whose marker tells of what was written, whatever that is: one is enough."""


@dataclass(frozen=True)
class ReplicaState:
    """What a replica knows about its own knowledge: pure data, changed by pure functions only.

    Those of `after_check`, `after_key_task` and `new_round`. A round begins with a history that is
    not known, and ends with a snapshot: the streams are read from their beginning, then the keys,
    then the streams once more.

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

    def with_stream(self, name: StreamName, known: StreamState) -> "ReplicaState":
        """The same but for one stream."""
        if name == "revocations":
            return replace(self, revocations=known)
        return replace(self, delegations=known)
