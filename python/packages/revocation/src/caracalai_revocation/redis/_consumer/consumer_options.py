"""Options of the consumers."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypedDict, cast

from redis.asyncio import Redis

from ..._maybe_awaitable import MaybeAwaitable
from .._commands.redis_access import RedisAccess
from .._configuration_error import ConfigurationError
from .._read_options import read_integer, read_name, require_known_options

_HOUR_MS = 3_600_000


class RevocationSink(Protocol):
    """Where a consumer writes what it has read."""

    def mark_revoked(self, anchor: str, /) -> MaybeAwaitable[None]:
        """Revokes an anchor."""
        ...

    def mark_delegation_epoch(self, zone_id: str, epoch: int, /) -> MaybeAwaitable[None]:
        """Raises a zone's delegation epoch."""
        ...


class RedisConsumerOptions(TypedDict, total=False):
    """Options of `RedisRevocationConsumer` and `RedisDelegationConsumer`. None is the default.

    Captured at construction.

    Attributes:
        redis: How Redis is reached, required: by a client of `redis.asyncio`.
        store: Where revocations are written, required: the shared store, since each event is read
            by one consumer only.
        signature_keys: The keys that events may be signed with, each of 32 bytes or more, in hex; 1
            to 16 of them. These or `allow_unsigned` have to be given.
        allow_unsigned: Takes events without a signature. Whoever can write to Redis can then end
            any session.
        stream: The stream; by default that of the wire format.
        group: The consumer group; by default that of the wire format.
        consumer_name: The name of this consumer in its group; by default one made up by chance.
            With a name that is the same after a restart, what was held before is taken up at once.
        dead_letter_stream: Where events that can't be acted on are kept; by default
            `{stream}.dead-letter`.
        dead_letter_max_length: How many dead letters are kept, about; 10,000 by default, at most
            1,000,000.
        claim_idle_ms: How long an event may be held by a consumer without being acknowledged, in
            milliseconds, until another one takes it over; 500 by default, 50 to 3,600,000. Acted on
            twice, an event does no harm.
        command_timeout_ms: How long a connection or a reply may take, in milliseconds; 1,000 by
            default, 10 to 60,000.
        start_timeout_ms: How long `start` waits for the first read, in milliseconds; 10,000 by
            default.
        stop_timeout_ms: How long `stop` waits for the events in hand, in milliseconds; 5,000 by
            default.
        max_mandate_lifetime_ms: How long a mandate lives at most, in milliseconds; 3,600,000 (an
            hour) by default. For so long the loss of events matters: then every mandate that they
            may have revoked has expired.
    """

    redis: Redis
    store: RevocationSink
    signature_keys: Sequence[str] | None
    allow_unsigned: bool | None
    stream: str | None
    group: str | None
    consumer_name: str | None
    dead_letter_stream: str | None
    dead_letter_max_length: int | None
    claim_idle_ms: int | None
    command_timeout_ms: int | None
    start_timeout_ms: int | None
    stop_timeout_ms: int | None
    max_mandate_lifetime_ms: int | None


class ConsumerOptions(NamedTuple):
    """The options of a consumer, complete."""

    redis: RedisAccess
    store: RevocationSink
    stream: str
    group: str
    consumer_name: str
    dead_letter_stream: str
    dead_letter_max_length: int
    claim_idle_ms: int
    command_timeout_ms: int
    start_timeout_ms: int
    stop_timeout_ms: int
    max_mandate_lifetime_ms: int


def read_consumer_options(
    options: RedisConsumerOptions, stream: str, group: str
) -> ConsumerOptions:
    """Validates options.

    Args:
        options: As they were given.
        stream: Which stream is read,
        group: and in which group, where the options do not say.

    Raises:
        ConfigurationError: One is missing, unknown or out of its range.
    """
    require_known_options(options, RedisConsumerOptions.__annotations__)
    get = options.get

    def ms(name: str, fallback: int, least: int, most: int = _HOUR_MS) -> int:
        return read_integer(name, get(name), fallback, least, most)

    stream = read_name("stream", get("stream"), stream)
    letters = read_name("dead_letter_stream", get("dead_letter_stream"), f"{stream}.dead-letter")
    if letters == stream:
        raise ConfigurationError("dead_letter_stream must be another stream than stream.")
    return ConsumerOptions(
        redis=RedisAccess(get("redis")),
        store=_read_store(get("store")),
        stream=stream,
        group=read_name("group", get("group"), group),
        consumer_name=read_name("consumer_name", get("consumer_name"), str(uuid.uuid4())),
        dead_letter_stream=letters,
        dead_letter_max_length=read_integer(
            "dead_letter_max_length",
            get("dead_letter_max_length"),
            10_000,
            1,
            1_000_000,
            "entries",
        ),
        claim_idle_ms=ms("claim_idle_ms", 500, 50),
        command_timeout_ms=ms("command_timeout_ms", 1_000, 10, 60_000),
        start_timeout_ms=ms("start_timeout_ms", 10_000, 1),
        stop_timeout_ms=ms("stop_timeout_ms", 5_000, 1),
        max_mandate_lifetime_ms=ms("max_mandate_lifetime_ms", _HOUR_MS, 1, 24 * _HOUR_MS),
    )


def _read_store(store: object) -> RevocationSink:
    methods = ("mark_revoked", "mark_delegation_epoch")
    if not all(callable(getattr(store, method, None)) for method in methods):
        raise ConfigurationError("store must be a revocation store.")
    return cast("RevocationSink", store)
