"""Fixtures of all tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from support.dev_sts import DevSts
from support.redis_server import RedisServer, redis_client, running_redis


@pytest.fixture(scope="session")
def sts() -> Iterator[DevSts]:
    """The dev STS, for all tests; each has callers of its own."""
    dev_sts = DevSts("zone_dev,zone_prod,zone_other")
    yield dev_sts
    dev_sts.close()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """One server for all tests that do nothing to it as a whole; each is told by its key prefix."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A server of the test's own."""
    with running_redis() as server:
        yield server


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of the test's own server."""
    async with redis_client(redis_server) as client:
        yield client
