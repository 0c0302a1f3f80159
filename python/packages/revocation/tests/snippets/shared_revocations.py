import asyncio
import os
import sys

from redis.asyncio import Redis

from caracalai_revocation.redis import start_shared_revocations


async def main() -> None:
    redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"))
    shared = await start_shared_revocations(
        redis=redis,
        signature_keys=[os.environ["STREAM_KEY"]],
        adopt_unmarked_after_ms=0,  # Redis is known to be new: for the very first start
        report=lambda sentence: print(sentence, file=sys.stderr),
    )
    revocations = shared.revocations  # the `revocations` of a verifier

    # A server need not wait for it: until then, it answers 503.
    while not revocations.ready:
        await asyncio.sleep(0.1)
    print(revocations.is_revoked("session-1"))  # False

    # When the server ends.
    await shared.stop()
    await redis.aclose()


asyncio.run(main())
