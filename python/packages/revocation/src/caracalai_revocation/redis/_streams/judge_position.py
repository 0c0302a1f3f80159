"""Whether a stream goes on from where it was read."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from .stream_id import parse_stream_id


class StreamPosition(NamedTuple):
    """How far a stream was read.

    Attributes:
        last_id: The last entry that was read.
        added: How many entries had ever been added to the stream by then.
    """

    last_id: str
    added: int


@dataclass(frozen=True)
class KnownPosition:
    """A position, and the server that it was read from.

    Attributes:
        position: None where the stream is to be read from its beginning.
        run_id: The server.
    """

    position: StreamPosition | None = None
    run_id: str | None = None


@dataclass(frozen=True)
class PositionFacts:
    """What a server said about a stream and a position in one moment.

    Attributes:
        run_id: Another one with each start of a server, and on each server.
        last_generated_id: The highest id that was ever used; `0-0` where there is no stream.
        entries_added: How many entries were ever added; 0 where there is no stream.
        unread: How many entries behind the position were found,
        drained: and whether there are no more of them.
    """

    run_id: str
    last_generated_id: str
    entries_added: int
    unread: int
    drained: bool


PositionBreak = Literal["stream_older", "stream_trimmed"]
"""Why a stream does not go on from a position.

`stream_older`: the stream lacks what was read from it. `stream_trimmed`: the stream lost entries
before they were read.
"""


def judge_position(known: KnownPosition, facts: PositionFacts) -> PositionBreak | None:
    """Whether a stream of the same server goes on from a position, nothing lost, nothing missed.

    Another server may have other entries under the same ids.

    Redis numbers nothing, but counts: the entries ever added, less those added when the position
    was taken, are the entries behind the position, those included that were trimmed or deleted
    meanwhile.

    Returns:
        Why it does not go on; None where it does.
    """
    position = known.position
    if position is None:
        return None
    if parse_stream_id(facts.last_generated_id) < parse_stream_id(position.last_id):
        return "stream_older"
    behind = facts.entries_added - position.added
    if behind < facts.unread:
        return "stream_older"
    return "stream_trimmed" if facts.drained and behind > facts.unread else None
