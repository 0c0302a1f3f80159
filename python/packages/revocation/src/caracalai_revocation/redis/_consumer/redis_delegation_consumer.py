"""Writing delegation epochs to the shared store."""

from typing import TYPE_CHECKING

from .._events.parse_delegation_event import parse_delegation_event
from .._wire_names import DELEGATION_GROUP, DELEGATION_STREAM
from .consumer_options import RedisConsumerOptions
from .stream_consumer import StreamConsumer

if TYPE_CHECKING:
    from typing_extensions import Unpack


class RedisDelegationConsumer(StreamConsumer):
    """Writes the delegation epochs of zones from their stream to the shared store.

    In the same way as `RedisRevocationConsumer` does with revocations (wire format, "Revocation").

    Args:
        **options: See `RedisConsumerOptions`.

    Raises:
        ConfigurationError: An option is missing, unknown or out of its range.
    """

    def __init__(self, **options: "Unpack[RedisConsumerOptions]") -> None:
        super().__init__(options, DELEGATION_STREAM, DELEGATION_GROUP, parse_delegation_event)
