import asyncio
import os

from redis.asyncio import Redis

from caracalai_revocation.redis import RedisRevocationReplica


async def main() -> None:
    redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"))
    replica = RedisRevocationReplica(
        redis=redis,
        signature_keys=[os.environ["STREAM_KEY"]],
        # Redis is known to be new. Else it is watched for an hour before it is believed.
        adopt_unmarked_after_ms=0,
    )
    replica.subscribe(lambda event: print("new:", event.kind))
    await replica.start()

    await replica.mark_revoked("session-1")  # new: anchor
    print(replica.is_revoked("session-1"))  # True
    print(replica.health().problem)  # None

    await replica.stop()
    await redis.aclose()


asyncio.run(main())
