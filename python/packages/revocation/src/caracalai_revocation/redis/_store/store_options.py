"""Options of the store."""

from typing import NamedTuple, TypedDict

from redis.asyncio import Redis

from .._commands.redis_access import RedisAccess
from .._commands.timed_command import RedisCommand
from .._configuration_error import ConfigurationError
from .._read_options import read_integer, read_name, require_known_options
from .revocation_keys import KEY_PREFIX

_DAY_MS = 86_400_000
_MAX_SAFE_INTEGER = 2**53 - 1


class RedisRevocationStoreOptions(TypedDict, total=False):
    """Options of `RedisRevocationStore`. Captured at construction; None is the default.

    Attributes:
        redis: How Redis is reached, required: by a client of `redis.asyncio`, or by a command
            function of one's own that sends all commands to one primary.
        default_ttl_ms: How long an entry lives that is marked without a TTL, in milliseconds;
            86,400,000 (24 hours) by default, longer than any mandate lives.
        read_timeout_ms: How long an answer may take, in milliseconds; 200 by default, 1 to 60,000.
        write_timeout_ms: How long the confirmation of a write may take, in milliseconds; 1,000 by
            default, 1 to 60,000.
        max_pending_commands: How many commands may wait for Redis at a time; 10,000 by default.
            Further ones are refused at once.
        key_prefix: What keys begin with; `caracal:revoked:` by default (wire format). Under another
            prefix, nothing is shared with the rest of a Caracal deployment.
    """

    redis: "Redis | RedisCommand"
    default_ttl_ms: int | None
    read_timeout_ms: int | None
    write_timeout_ms: int | None
    max_pending_commands: int | None
    key_prefix: str | None


class StoreOptions(NamedTuple):
    """The options of a store, complete. Without an access, it has a command function alone."""

    command: RedisCommand
    access: RedisAccess | None
    default_ttl_ms: int
    read_timeout_ms: int
    write_timeout_ms: int
    max_pending_commands: int
    key_prefix: str


def read_store_options(options: RedisRevocationStoreOptions) -> StoreOptions:
    """Validates options.

    Raises:
        ConfigurationError: One is missing, unknown or out of its range.
    """
    require_known_options(options, RedisRevocationStoreOptions.__annotations__)
    get = options.get
    redis = _read_redis(get("redis"))
    return StoreOptions(
        command=redis.command if isinstance(redis, RedisAccess) else redis,
        access=redis if isinstance(redis, RedisAccess) else None,
        default_ttl_ms=read_integer(
            "default_ttl_ms", get("default_ttl_ms"), _DAY_MS, 1, _MAX_SAFE_INTEGER
        ),
        read_timeout_ms=read_integer("read_timeout_ms", get("read_timeout_ms"), 200, 1, 60_000),
        write_timeout_ms=read_integer(
            "write_timeout_ms", get("write_timeout_ms"), 1_000, 1, 60_000
        ),
        max_pending_commands=read_integer(
            "max_pending_commands", get("max_pending_commands"), 10_000, 1, 1_000_000, "commands"
        ),
        key_prefix=read_name("key_prefix", get("key_prefix"), KEY_PREFIX),
    )


def _read_redis(redis: object) -> RedisAccess | RedisCommand:
    if isinstance(redis, RedisAccess):
        return redis
    if isinstance(redis, Redis) or not callable(redis):
        return RedisAccess(redis)
    # A client of another kind may be callable by chance: a class of one, for instance.
    if isinstance(redis, type):
        raise ConfigurationError("redis must be a client of redis.asyncio, not its class.")
    return redis
