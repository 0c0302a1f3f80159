"""Which Caracal mandates were revoked, shared by many servers through Redis or Valkey.

The store that all of them ask, the consumers that write what Caracal publishes into it, a replica
in memory that needs no round trip, and a function that starts all of these. Install
`caracalai-revocation[redis]`.
"""

from ._configuration_error import ConfigurationError
from ._consumer.consumer_health import ConsumerError, ConsumerHealth, ConsumerState
from ._consumer.consumer_options import RedisConsumerOptions, RevocationSink
from ._consumer.loss_note import LossKind
from ._consumer.redis_delegation_consumer import RedisDelegationConsumer
from ._consumer.redis_revocation_consumer import RedisRevocationConsumer
from ._events.event_verifier import EventVerifier, create_event_verifier
from ._events.invalid_event_error import EventProblem, InvalidEventError
from ._events.parse_delegation_event import parse_delegation_event
from ._events.parse_revocation_event import parse_revocation_event
from ._events.read_fields import FieldList
from ._events.sign_event import sign_event
from ._redis_store_error import RedisProblem, RedisStoreError
from ._replica.redis_revocation_replica import RedisRevocationReplica
from ._replica.replica_health import ReplicaHealth
from ._replica.replica_not_ready_error import ReplicaNotReadyError
from ._replica.replica_options import RedisRevocationReplicaOptions
from ._shared.shared_revocations import SharedRevocations, SharedRevocationsHealth
from ._shared.start_shared_revocations import start_shared_revocations
from ._store.redis_revocation_store import RedisRevocationStore
from ._store.require_safe_server import require_safe_server
from ._store.store_options import RedisRevocationStoreOptions

__all__ = [
    "ConfigurationError",
    "ConsumerError",
    "ConsumerHealth",
    "ConsumerState",
    "EventProblem",
    "EventVerifier",
    "FieldList",
    "InvalidEventError",
    "LossKind",
    "RedisConsumerOptions",
    "RedisDelegationConsumer",
    "RedisProblem",
    "RedisRevocationConsumer",
    "RedisRevocationReplica",
    "RedisRevocationReplicaOptions",
    "RedisRevocationStore",
    "RedisRevocationStoreOptions",
    "RedisStoreError",
    "ReplicaHealth",
    "ReplicaNotReadyError",
    "RevocationSink",
    "SharedRevocations",
    "SharedRevocationsHealth",
    "create_event_verifier",
    "parse_delegation_event",
    "parse_revocation_event",
    "require_safe_server",
    "sign_event",
    "start_shared_revocations",
]
