"""Options of the replica."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypedDict

from redis.asyncio import Redis

from .._commands.redis_access import RedisAccess
from .._configuration_error import ConfigurationError
from .._events.event_trust import EventTrust
from .._read_options import read_integer, read_name, require_known_options
from .._store.revocation_keys import KEY_PREFIX
from .._wire_names import (
    DELEGATION_GROUP,
    DELEGATION_STREAM,
    REVOCATION_GROUP,
    REVOCATION_STREAM,
)
from .stream_state import ReplicaPace, StreamName

_DAY_MS = 86_400_000
_MAX_SAFE_INTEGER = 2**53 - 1
_FULL_RETRY_MS = 10_000
_SNAPSHOT_RETRY_MS = 1_000
_RECONCILE_PAUSE_MS = 5_000


class RedisRevocationReplicaOptions(TypedDict, total=False):
    """Options of `RedisRevocationReplica`. Captured at construction; None is the default.

    Attributes:
        redis: How Redis is reached, required: by a client of `redis.asyncio`.
        signature_keys: The keys that events may be signed with, each of 32 bytes or more, in hex; 1
            to 16 of them. These or `allow_unsigned` have to be given.
        allow_unsigned: Takes events without a signature. Whoever can write to Redis can then end
            any session.
        max_staleness_ms: How old the latest proof that nothing was missed may be, in milliseconds;
            5,000 by default, 200 to 60,000. With an older one, the replica does not answer. It is
            not `ready` with one that is older than a second.
        max_entries: How many live anchors are held at most, and how many zones; 1,000,000 of each
            by default, at most 16,777,216. A replica that is full does not answer.
        default_ttl_ms: How long an entry lives that comes without a lifetime, in milliseconds: one
            of a stream, or one marked without a TTL; 86,400,000 (24 hours) by default, longer than
            any mandate lives.
        start_timeout_ms: How long `start` waits for the first synchronisation, in milliseconds;
            30,000 by default.
        command_timeout_ms: How long a connection or a reply may take, in milliseconds; 1,000 by
            default, 10 to 60,000.
        adopt_unmarked_after_ms: How long a Redis without a history marker is watched before this
            replica marks it, in milliseconds; 3,600,000 (an hour) by default. Such a Redis is new,
            or it was emptied while no instance was up: then mandates that were revoked before may
            be let in until they expire, so that waiting for as long as a mandate may live is safe.
            0 where Redis is known to be new.
        settle_ms: How long the replica does not answer, in milliseconds, after it has met another
            server or another history, so that instances which knew more have the time to write it;
            2,000 by default. As long as a mandate may live is safe even where Redis has lost what
            no instance had read.
        reconcile_ms: How often all keys are read again and those written that are missing, in
            milliseconds; 600,000 (10 minutes) by default, at least 1,000.
        key_prefix: As for `RedisRevocationStore`.
        revocation_stream: The stream of revocations; by default that of the wire format.
        delegation_stream: The stream of delegation changes; by default that of the wire format.
        revocation_group: The groups in which consumers read the streams;
        delegation_group: by default those of the wire format.
        max_mandate_lifetime_ms: How long a mandate may live, and a loss of events matters, in
            milliseconds; 3,600,000 (an hour) by default, at most 24 hours. The same as for the
            consumers.
    """

    redis: Redis
    signature_keys: Sequence[str] | None
    allow_unsigned: bool | None
    max_staleness_ms: int | None
    max_entries: int | None
    default_ttl_ms: int | None
    start_timeout_ms: int | None
    command_timeout_ms: int | None
    adopt_unmarked_after_ms: int | None
    settle_ms: int | None
    reconcile_ms: int | None
    key_prefix: str | None
    revocation_stream: str | None
    delegation_stream: str | None
    revocation_group: str | None
    delegation_group: str | None
    max_mandate_lifetime_ms: int | None


class ReplicaOptions(NamedTuple):
    """The options of a replica, complete. The trust is not validated, and still the caller's."""

    redis: RedisAccess
    trust: EventTrust
    max_entries: int
    default_ttl_ms: int
    start_timeout_ms: int
    command_timeout_ms: int
    reconcile_ms: int
    key_prefix: str
    streams: Mapping[StreamName, str]
    groups: Mapping[StreamName, str]
    pace: ReplicaPace


def read_replica_options(options: RedisRevocationReplicaOptions) -> ReplicaOptions:
    """Validates options.

    Raises:
        ConfigurationError: One is missing, unknown or out of its range.
    """
    require_known_options(options, RedisRevocationReplicaOptions.__annotations__)
    get = options.get

    def ms(name: str, fallback: int, least: int, most: int = _DAY_MS) -> int:
        return read_integer(name, get(name), fallback, least, most)

    def name(option: str, fallback: str) -> str:
        return read_name(option, get(option), fallback)

    streams: Mapping[StreamName, str] = {
        "revocations": name("revocation_stream", REVOCATION_STREAM),
        "delegations": name("delegation_stream", DELEGATION_STREAM),
    }
    if streams["revocations"] == streams["delegations"]:
        message = "delegation_stream must be another stream than revocation_stream."
        raise ConfigurationError(message)
    return ReplicaOptions(
        redis=RedisAccess(get("redis")),
        trust=EventTrust(get("signature_keys"), get("allow_unsigned")),
        max_entries=read_integer("max_entries", get("max_entries"), 1_000_000, 1, 2**24, "entries"),
        default_ttl_ms=ms("default_ttl_ms", _DAY_MS, 1, _MAX_SAFE_INTEGER),
        start_timeout_ms=ms("start_timeout_ms", 30_000, 1),
        command_timeout_ms=ms("command_timeout_ms", 1_000, 10, 60_000),
        reconcile_ms=ms("reconcile_ms", 600_000, 1_000),
        key_prefix=name("key_prefix", KEY_PREFIX),
        streams=streams,
        groups={
            "revocations": name("revocation_group", REVOCATION_GROUP),
            "delegations": name("delegation_group", DELEGATION_GROUP),
        },
        pace=ReplicaPace(
            max_staleness_ms=ms("max_staleness_ms", 5_000, 200, 60_000),
            settle_ms=ms("settle_ms", 2_000, 0),
            max_mandate_lifetime_ms=ms("max_mandate_lifetime_ms", 3_600_000, 1),
            adopt_after_ms=ms("adopt_unmarked_after_ms", 3_600_000, 0),
            full_retry_ms=_FULL_RETRY_MS,
            snapshot_retry_ms=_SNAPSHOT_RETRY_MS,
            reconcile_pause_ms=_RECONCILE_PAUSE_MS,
        ),
    )
