"""The revocations of all notes servers, as this one knows them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from caracalai_revocation import RevocationStore
from caracalai_revocation.redis import start_shared_revocations
from redis_config import RedisConfig

_LEAVE_SECONDS = 6


@asynccontextmanager
async def connect_revocations(
    config: RedisConfig, report: Callable[[str], None]
) -> AsyncIterator[RevocationStore]:
    """Follows the revocations in Redis while it lasts.

    Waits neither for them, nor for a Redis that is away: what is given answers nothing while it is
    not certain to be up to date, and mandates are refused with 503.

    Args:
        config: How revocations are shared.
        report: Gets a line whenever it begins or ceases to know all revocations, or why it does
            not.

    Raises:
        ConfigurationError: Something is set up wrongly, Redis included.
    """
    # Whoever waits decides when to try again.
    client = Redis.from_url(config.url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1)
    async with client:
        shared = await start_shared_revocations(
            redis=client,
            signature_keys=config.signature_keys,
            allow_unsigned=config.signature_keys is None,
            adopt_unmarked_after_ms=0 if config.is_new else None,
            report=report,
        )
        try:
            yield shared.revocations
        finally:
            # Whatever does not end by then is cut off.
            await asyncio.wait({asyncio.ensure_future(shared.stop())}, timeout=_LEAVE_SECONDS)
