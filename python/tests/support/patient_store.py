"""A store for tests that are about something else than its deadlines."""

from typing import Any

from caracalai_revocation.redis import RedisRevocationStore

PATIENCE: dict[str, Any] = {"read_timeout_ms": 10_000, "write_timeout_ms": 10_000}
"""For a machine that is busy with other tests."""


def patient_store(redis: Any, **options: Any) -> RedisRevocationStore:
    """The shared store, which waits for a Redis that has no time."""
    return RedisRevocationStore(**{"redis": redis, **PATIENCE, **options})
