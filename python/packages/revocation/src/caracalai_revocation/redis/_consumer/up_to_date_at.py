"""What a read shows of how far a group is."""

from .consumer_group import GroupRead
from .stream_clock import StreamClock


def up_to_date_at(read: GroupRead, clock: StreamClock) -> float:
    """The latest moment of one's own clock before which all that was published has been acted on.

    Without an event that waits, it is when the read was sent. Else it is before the oldest of them
    came, by one's own clock and by the server's, whichever says that it is older: the one knows
    nothing of what came before the first read, and the other may be set back.
    """
    if read.oldest_id is None:
        return read.sent_at
    return min(clock.not_yet_at(read.oldest_id), read.sent_at - read.oldest_ms)
