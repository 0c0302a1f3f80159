"""The contract of every store, kept by Redis too."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from caracalai_revocation.redis import RedisRevocationStore
from caracalai_revocation.testing import revocation_store_contract
from support.patient_store import patient_store
from support.redis_server import RedisServer, redis_client

_numbers = itertools.count()
_clients: list[Redis] = []


def create() -> RedisRevocationStore:
    """Under a prefix of its own."""
    # 500 commands at once on 16 connections take a while on a busy machine.
    return patient_store(_clients[-1], key_prefix=f"contract:{next(_numbers)}:")


CASES = revocation_store_contract(
    create, check=True, subscribe=False, many_anchors=2_000, short_ttl_ms=1_000
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
