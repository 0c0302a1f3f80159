"""A consumer in a process of its own, which ends as a crash would: at the moment it is told."""

import asyncio
import os
import signal
import sys

from redis.asyncio import Redis

from caracalai_revocation.redis import RedisRevocationConsumer, RedisRevocationStore


class CrashingStore:
    """Writes, and kills the process before or after that."""

    def __init__(self, redis: Redis, moment: str) -> None:
        self._store = RedisRevocationStore(redis=redis)
        self._moment = moment

    async def mark_revoked(self, anchor: str) -> None:
        if self._moment == "written":
            await self._store.mark_revoked(anchor)
        os.kill(os.getpid(), signal.SIGKILL)

    async def mark_delegation_epoch(self, zone_id: str, epoch: int) -> None:
        raise NotImplementedError


async def main(url: str, key: str, moment: str) -> None:
    redis = Redis.from_url(url)
    store = CrashingStore(redis, moment)
    await RedisRevocationConsumer(redis=redis, store=store, signature_keys=[key]).start()
    await asyncio.sleep(60)


asyncio.run(main(*sys.argv[1:]))
