"""The contract of every store, kept by the replica too."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from caracalai_revocation.redis import RedisRevocationReplica
from caracalai_revocation.testing import revocation_store_contract
from support.redis_server import RedisServer, redis_client

_numbers = itertools.count()
_clients: list[Redis] = []


async def create() -> RedisRevocationReplica:
    """Under a prefix and on streams of its own."""
    number = next(_numbers)
    replica = RedisRevocationReplica(
        redis=_clients[-1],
        allow_unsigned=True,
        key_prefix=f"replica:{number}:",
        revocation_stream=f"replica:{number}:revocations",
        delegation_stream=f"replica:{number}:delegations",
        adopt_unmarked_after_ms=0,
        settle_ms=0,
        # 500 marks at once on 16 connections take a while on a busy machine.
        command_timeout_ms=10_000,
    )
    await replica.start()
    return replica


CASES = revocation_store_contract(
    create,
    check=True,
    subscribe=True,
    destroy=RedisRevocationReplica.stop,
    many_anchors=2_000,
    short_ttl_ms=1_000,
)


@pytest.fixture
async def client(shared_redis: RedisServer) -> AsyncIterator[None]:
    async with redis_client(shared_redis) as client:
        _clients.append(client)
        yield


@pytest.mark.usefixtures("client")
async def test_the_contract() -> None:
    """All cases at once: they are independent, and most of them wait."""
    results = await asyncio.gather(*(case.run() for case in CASES), return_exceptions=True)
    failures = {
        case.name: result for case, result in zip(CASES, results, strict=True) if result is not None
    }
    assert failures == {}
    assert len(results) > 20
