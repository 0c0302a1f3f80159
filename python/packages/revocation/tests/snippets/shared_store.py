import asyncio
import os

from redis.asyncio import Redis

from caracalai_revocation import RevocationQuery
from caracalai_revocation.redis import (
    RedisDelegationConsumer,
    RedisRevocationConsumer,
    RedisRevocationStore,
    require_safe_server,
)


async def main() -> None:
    redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"))
    await require_safe_server(redis)
    revocations = RedisRevocationStore(redis=redis)  # the `revocations` of a verifier

    keys = [os.environ["STREAM_KEY"]]
    consumers = [
        RedisRevocationConsumer(redis=redis, store=revocations, signature_keys=keys),
        RedisDelegationConsumer(redis=redis, store=revocations, signature_keys=keys),
    ]
    await asyncio.gather(*(consumer.start() for consumer in consumers))
    print(all(consumer.health().ready for consumer in consumers))  # True

    await revocations.mark_revoked("session-1")
    state = await revocations.check(RevocationQuery(["session-2", "session-1"], "zone-1"))
    print(state)  # RevocationState(revoked=True, delegation_epoch=0)

    await asyncio.gather(*(consumer.stop() for consumer in consumers))
    await redis.aclose()


asyncio.run(main())
