"""All that an instance needs to share revocations, in one call."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._configuration_error import ConfigurationError
from .._consumer.redis_delegation_consumer import RedisDelegationConsumer
from .._consumer.redis_revocation_consumer import RedisRevocationConsumer
from .._replica.redis_revocation_replica import RedisRevocationReplica
from .._replica.replica_options import RedisRevocationReplicaOptions
from .._store.redis_revocation_store import RedisRevocationStore
from .shared_revocations import SharedRevocations

if TYPE_CHECKING:
    from typing_extensions import Unpack

_OF_CONSUMERS = (
    "signature_keys",
    "allow_unsigned",
    "command_timeout_ms",
    "max_mandate_lifetime_ms",
)


async def start_shared_revocations(
    *,
    report: Callable[[str], object] | None = None,
    **options: "Unpack[RedisRevocationReplicaOptions]",
) -> SharedRevocations:
    """All that an instance needs to share revocations: a replica, which it asks, and consumers.

    Returns when Redis has been found fit, and waits neither for the replica to be ready nor for a
    Redis that is away: it is asked again until it answers, and until then mandates are refused with
    503. It belongs to the event loop that it is started in.

    Args:
        report: Gets a sentence for the log whenever this instance begins or ceases to know all
            revocations, and why; by default nobody is told. Holds no anchor, key or address.
        **options: Those of `RedisRevocationReplica`.

    Raises:
        ConfigurationError: An option is wrong, or Redis is there and not fit
            (`require_safe_server`).
    """
    if report is not None and not callable(report):
        raise ConfigurationError("report must be a function.")
    shared = _create(options, report)
    await shared.start()
    return shared


def _create(
    options: RedisRevocationReplicaOptions, report: Callable[[str], object] | None
) -> SharedRevocations:
    replica = RedisRevocationReplica(**options)
    redis: Any = options.get("redis")
    store = RedisRevocationStore(
        redis=redis,
        key_prefix=options.get("key_prefix"),
        default_ttl_ms=options.get("default_ttl_ms"),
    )
    both: dict[str, Any] = {name: options.get(name) for name in _OF_CONSUMERS}
    revocations = RedisRevocationConsumer(
        redis=redis,
        store=store,
        stream=options.get("revocation_stream"),
        group=options.get("revocation_group"),
        **both,
    )
    delegations = RedisDelegationConsumer(
        redis=redis,
        store=store,
        stream=options.get("delegation_stream"),
        group=options.get("delegation_group"),
        **both,
    )
    return SharedRevocations(redis, replica, revocations, delegations, report)
