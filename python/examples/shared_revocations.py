"""The revocations of all notes servers, as this one knows them."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from caracalai_revocation.redis import (
    ConfigurationError,
    RedisDelegationConsumer,
    RedisRevocationConsumer,
    RedisRevocationReplica,
    RedisRevocationStore,
    RedisStoreError,
    require_safe_server,
)
from redis_config import ConfigError, RedisConfig

_AGAIN_SECONDS = 0.5
_WATCH_SECONDS = 0.25
_FIT_WITHIN_MS = 2_000


class SharedRevocations:
    """Follows the revocations in Redis.

    Its replica answers nothing while it is not certain to be up to date: mandates are refused with
    503.

    Args:
        config: How revocations are shared.
        report: Gets a line whenever it begins or ceases to know all revocations, or why it does
            not.

    Raises:
        ConfigurationError: Something is set up wrongly.
    """

    def __init__(self, config: RedisConfig, report: Callable[[str], None]) -> None:
        self._client = Redis.from_url(
            config.url,
            # Whoever waits decides when to try again.
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=1,
        )
        keys, is_unsigned = config.signature_keys, config.signature_keys is None
        self.replica = RedisRevocationReplica(
            redis=self._client,
            signature_keys=keys,
            allow_unsigned=is_unsigned,
            adopt_unmarked_after_ms=0 if config.is_new else None,
        )
        # The replica reads for this instance; the consumers keep the keys written that newcomers
        # read.
        store = RedisRevocationStore(redis=self._client)
        self._consumers = [
            kind(redis=self._client, store=store, signature_keys=keys, allow_unsigned=is_unsigned)
            for kind in (RedisRevocationConsumer, RedisDelegationConsumer)
        ]
        self._report = report
        self._said: str | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begins, and waits neither for the revocations, nor for a Redis that is away.

        That is asked again until it answers.

        Raises:
            ConfigError: Redis is there, and not fit.
        """
        # What is set up wrongly shows at the start, where Redis is there to tell.
        begin = self._begin if await is_fit(self._client) else self._begin_when_fit
        self._tasks = [asyncio.create_task(begin()), asyncio.create_task(self._watch())]

    async def stop(self) -> None:
        """Finishes what is in hand, as long as Redis answers, and disconnects."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(self.replica.stop(), *(it.stop() for it in self._consumers))
        await self._client.aclose()

    async def _begin(self) -> None:
        startable = (self.replica, *self._consumers)
        # Those that fail were too early. They go on trying, and the watch tells how it went.
        await asyncio.gather(*(it.start() for it in startable), return_exceptions=True)

    async def _begin_when_fit(self) -> None:
        self._say("revocations are not known: Redis does not answer")
        while not await self._is_fit_by_now():  # noqa: ASYNC110 - Redis tells by nothing else
            await asyncio.sleep(_AGAIN_SECONDS)
        await self._begin()

    async def _is_fit_by_now(self) -> bool:
        try:
            return await is_fit(self._client)
        except ConfigError as error:
            self._say(str(error))
            return False

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            problem = self.replica.health().problem
            losses = [it.health().loss for it in self._consumers]
            loss = next((it for it in losses if it is not None), None)
            lost = "" if loss is None else f"; events were lost ({loss})"
            # Before it has begun, there is a better reason.
            if problem != "stopped":
                known = "known" if problem is None else f"not known: {problem}"
                self._say(f"revocations are {known}{lost}")

    def _say(self, line: str) -> None:
        if line != self._said:
            self._report(line)
        self._said = line


async def is_fit(client: Redis) -> bool:
    """Asks Redis whether it is fit to hold revocations.

    Returns:
        False where Redis gives no answer within 2 seconds, or none that says either.

    Raises:
        ConfigError: It is not fit, or does not let us in.
    """
    try:
        await require_safe_server(client, timeout_ms=_FIT_WITHIN_MS)
    except ConfigurationError as error:
        raise ConfigError(f"CARACAL_REDIS_URL: {error}") from None
    except RedisStoreError:
        return False
    return True
