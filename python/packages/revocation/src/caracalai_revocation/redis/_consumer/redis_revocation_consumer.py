"""Writing revocations to the shared store."""

from typing import TYPE_CHECKING

from .._events.parse_revocation_event import parse_revocation_event
from .._wire_names import REVOCATION_GROUP, REVOCATION_STREAM
from .consumer_options import RedisConsumerOptions
from .stream_consumer import StreamConsumer

if TYPE_CHECKING:
    from typing_extensions import Unpack


class RedisRevocationConsumer(StreamConsumer):
    """Writes revocations from their stream to the shared store (wire format, "Revocation").

    Any number of servers run one each: every event is acted on by one of them, or by another one
    where that one ends before it is done. An event is acknowledged when the store has confirmed all
    that it says; an event that can't be acted on is kept in the dead-letter stream, with the
    reason, and then acknowledged.

    Args:
        **options: See `RedisConsumerOptions`.

    Raises:
        ConfigurationError: An option is missing, unknown or out of its range.
    """

    def __init__(self, **options: "Unpack[RedisConsumerOptions]") -> None:
        super().__init__(options, REVOCATION_STREAM, REVOCATION_GROUP, parse_revocation_event)
