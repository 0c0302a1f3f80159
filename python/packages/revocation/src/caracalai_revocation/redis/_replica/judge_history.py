"""Whether the history of a stream goes on from what is known of it."""

from dataclasses import dataclass
from typing import Literal

from .._streams.judge_position import KnownPosition, PositionBreak, PositionFacts, judge_position


@dataclass(frozen=True)
class KnownStream(KnownPosition):
    """What is remembered of a stream and of the server that it was read from.

    Attributes:
        evicted_keys: How many keys the server had dropped.
        marker: The marker of its history.
        pending_marker: A marker that this replica is about to set.
    """

    evicted_keys: int | None = None
    marker: str | None = None
    pending_marker: str | None = None


@dataclass(frozen=True)
class StreamFacts(PositionFacts):
    """What a server said about a stream in one moment.

    Attributes:
        marker: The marker of its history, if any.
        evicts: Whether the server drops keys, live revocations among them, when its memory is used
            up.
        evicted_keys: How many keys it has dropped since it was started.
        note: The consumers' note about events that they have lost,
        is_made_good: and whether a replica has made good for it.
        gap: By what entries are known that were removed before consumers had acted on them, if any.
        length: How many entries there are.
        first_age_ms: How old the first of them is by the server's clock; None where there is none.
    """

    marker: str | None
    evicts: bool
    evicted_keys: int
    note: str | None
    is_made_good: bool
    gap: str | None
    length: int
    first_age_ms: int | None


HistoryBreak = (
    Literal["history_lost", "history_changed", "server_changed", "keys_evicted"] | PositionBreak
)
"""Why what was known can't be gone on with.

`history_lost`: the marker is gone: Redis was emptied, or came back empty. `history_changed`: the
marker is another one: somebody has carried over what Redis had lost. `server_changed`: it is
another server, or was started anew: it may lack what was read, whatever its ids are.
`keys_evicted`: Redis drops keys, or has: it may have dropped any.
"""


def judge_history(known: KnownStream, facts: StreamFacts) -> HistoryBreak | None:
    """Whether a stream goes on from where it was read, with nothing lost and nothing missed.

    Returns:
        Why it does not go on; None where it does.
    """
    return (
        _judge_marker(known, facts)
        or judge_position(known, facts)
        or _judge_server(known, facts)
        or _judge_evictions(known, facts)
    )


def _judge_server(known: KnownStream, facts: StreamFacts) -> HistoryBreak | None:
    """A server whose clock is behind its last id gives the next ids in turn.

    One that was promoted and lacks the last entries gives their ids to others.
    """
    return None if known.run_id in (None, facts.run_id) else "server_changed"


def _judge_marker(known: KnownStream, facts: StreamFacts) -> HistoryBreak | None:
    if known.marker is None or facts.marker == known.marker:
        return None
    if facts.marker is None:
        return "history_lost"
    return None if facts.marker == known.pending_marker else "history_changed"


def _judge_evictions(known: KnownStream, facts: StreamFacts) -> HistoryBreak | None:
    """A count that is lower was set back: what was dropped before is not known."""
    is_unknown = known.run_id != facts.run_id or known.evicted_keys is None
    is_same = is_unknown or known.evicted_keys == facts.evicted_keys
    return None if is_same and not facts.evicts else "keys_evicted"
