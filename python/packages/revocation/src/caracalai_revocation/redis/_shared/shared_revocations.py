"""The revocations of all instances, as one of them knows them."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from .._configuration_error import ConfigurationError
from .._consumer.consumer_health import ConsumerHealth
from .._consumer.redis_delegation_consumer import RedisDelegationConsumer
from .._consumer.redis_revocation_consumer import RedisRevocationConsumer
from .._redis_store_error import RedisStoreError
from .._replica.redis_revocation_replica import RedisRevocationReplica
from .._replica.replica_health import ReplicaHealth
from .._store.require_safe_server import require_safe_server

_FIT_TIMEOUT_MS = 2_000
_AGAIN_SECONDS = 0.5
_WATCH_SECONDS = 0.25

_logger = logging.getLogger("caracalai.revocation")


@dataclass(frozen=True)
class SharedRevocationsHealth:
    """How each part is.

    Attributes:
        replica: Of the replica, which answers.
        revocations: Of the consumers, which write what instances that start later read first:
        delegations: of one for each stream.
    """

    replica: ReplicaHealth
    revocations: ConsumerHealth
    delegations: ConsumerHealth


class SharedRevocations:
    """The revocations of all instances, as this one knows them: by `start_shared_revocations`.

    Attributes:
        revocations: For a verifier. Answers nothing while it is not certain to be up to date: 503.
            For a readiness probe, its `ready` is enough.
    """

    def __init__(
        self,
        redis: object,
        replica: RedisRevocationReplica,
        revocations: RedisRevocationConsumer,
        delegations: RedisDelegationConsumer,
        report: Callable[[str], object] | None,
    ) -> None:
        self.revocations = replica
        self._redis = redis
        self._consumers = revocations, delegations
        self._report = report
        self._said: str | None = None
        self._is_stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def health(self) -> SharedRevocationsHealth:
        """How each part is."""
        revocations, delegations = self._consumers
        return SharedRevocationsHealth(
            self.revocations.health(), revocations.health(), delegations.health()
        )

    async def start(self) -> None:
        """Called by `start_shared_revocations`, once."""
        # What is set up wrongly shows at the start, where Redis is there to tell.
        begin = self._begin if await _is_fit(self._redis) else self._begin_when_fit
        self._tasks = [asyncio.create_task(begin()), asyncio.create_task(self._watch())]

    async def stop(self) -> None:
        """Finishes what is in hand, within the deadlines of the parts. May be repeated."""
        self._is_stopping = True
        for task in self._tasks:
            task.cancel()
        parts = (self.revocations, *self._consumers)
        await asyncio.gather(*self._tasks, *(it.stop() for it in parts), return_exceptions=True)

    async def _begin(self) -> None:
        parts = (self.revocations, *self._consumers)
        # Those that fail were too early. They go on trying, and their health tells how it went.
        await asyncio.gather(*(it.start() for it in parts), return_exceptions=True)

    async def _begin_when_fit(self) -> None:
        self._say("revocations are not known: Redis does not answer")
        while not await self._is_fit_by_now():
            pass
        await self._begin()

    async def _is_fit_by_now(self) -> bool:
        await asyncio.sleep(_AGAIN_SECONDS)
        try:
            return await _is_fit(self._redis)
        except ConfigurationError as error:
            self._say(f"revocations are not known: {error}")
            return False

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            health = self.health()
            # Before it has begun, there is a better reason.
            if health.replica.problem != "stopped":
                self._say(_describe(health))

    def _say(self, sentence: str) -> None:
        is_new = sentence != self._said and not self._is_stopping
        self._said = sentence
        if self._report is None or not is_new:
            return
        try:
            self._report(sentence)
        except Exception as error:  # the message of another one's error may hold anything
            _logger.error("The report failed (%s).", type(error).__name__)  # noqa: TRY400


async def _is_fit(redis: object) -> bool:
    """Returns False where Redis gives no answer in time, or none that says either."""
    try:
        await require_safe_server(redis, timeout_ms=_FIT_TIMEOUT_MS)
    except ConfigurationError as error:
        raise ConfigurationError(f"redis: {error}") from None
    except RedisStoreError:
        return False
    return True


def _describe(health: SharedRevocationsHealth) -> str:
    replica, consumers = health.replica, (health.revocations, health.delegations)
    loss = next((it.loss for it in consumers if it.loss is not None), None)
    lost = "" if loss is None else f"; events were lost ({loss})"
    is_foreign = any(it.wrong_signatures > 0 for it in (replica, *consumers))
    foreign = "; events are signed with none of the signature_keys" if is_foreign else ""
    return f"revocations are {_describe_replica(replica)}{lost}{foreign}"


def _describe_replica(health: ReplicaHealth) -> str:
    if health.problem is None:
        return "known"
    if health.problem == "lagging":
        return "known, but may be late: lagging"
    return f"not known: {health.problem}"
