"""What a replica knows of one stream."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from .judge_history import HistoryBreak, KnownStream, StreamFacts

StreamName = Literal["revocations", "delegations"]
STREAMS: tuple[StreamName, ...] = ("revocations", "delegations")
"""The two streams, each followed for itself."""

RoundReason = HistoryBreak | Literal["full", "snapshot_failed"]
"""Why a round began: a history that did not go on, no room, or keys that could not be reached."""


@dataclass(frozen=True)
class SeenNote:
    """A note about a loss.

    Attributes:
        text: What it says.
        at: Since when it is seen in this round.
        is_proven: Whether this replica knows all that was lost, as its position shows.
        is_done: Whether nothing is to be done about it any more.
    """

    text: str
    at: float
    is_proven: bool
    is_done: bool


@dataclass(frozen=True)
class ReadBefore:
    """How far a stream was read, on which server."""

    last_id: str
    added: int
    run_id: str


@dataclass(frozen=True)
class SeenLoss:
    """A loss that this replica can't make good for, by what it is known and since when.

    Attributes:
        id: By what it is known.
        since: Since when.
        is_over: Whether that is so long ago that no mandate lives which it may concern.
    """

    id: str
    since: float
    is_over: bool


@dataclass(frozen=True)
class StreamState(KnownStream):
    """What is known of one stream. Times are milliseconds of a monotonic clock.

    Attributes:
        proven_at: When the question was put whose answer showed nothing unread and nothing missed.
        unmarked_since: Since when the server is known to have no marker for this stream.
        marker_set_at: When Redis confirmed the marker that this replica was about to set.
        removed: How many entries had been removed from the stream.
        is_whole: Whether all that was removed from the stream before it was read is in the keys, or
            was known to this replica before: then what the keys lack from now on, it has read. None
            before the first answer of a round.
        note: The consumers' note about a loss, as long as it is there.
        read_before: How far the stream was read without a gap before this round began.
        loss: What keeps the stream from being whole.
        proven_note: The latest note of which this replica has known all that it speaks of.
        evicts: Whether the server said that it drops keys, and nothing else since.
    """

    proven_at: float | None = None
    unmarked_since: float | None = None
    marker_set_at: float | None = None
    removed: int | None = None
    is_whole: bool | None = None
    note: SeenNote | None = None
    read_before: ReadBefore | None = None
    loss: SeenLoss | None = None
    proven_note: str | None = None
    evicts: bool | None = None


class ReplicaPace(NamedTuple):
    """The durations that decide, in milliseconds.

    A loss matters for `max_mandate_lifetime_ms`.
    """

    max_staleness_ms: float
    settle_ms: float
    max_mandate_lifetime_ms: float
    adopt_after_ms: float
    full_retry_ms: float
    snapshot_retry_ms: float
    reconcile_pause_ms: float


class Moment(NamedTuple):
    """When something is judged, and by which durations."""

    now: float
    pace: ReplicaPace


class StreamCheck(NamedTuple):
    """An answer to the question how a stream goes on behind a position.

    Attributes:
        stream: The stream.
        round: The round in which the question was put; its position was that of the state.
        sent_at: When that was.
        facts: The answer.
        last_id: The last entry that was given back, if any.
    """

    stream: StreamName
    round: int
    sent_at: float
    facts: StreamFacts
    last_id: str | None
