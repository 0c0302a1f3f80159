"""Faults by chance, on instances that share one Redis: nobody is let in late, and nothing is lost.

Each trial is told by its seed. `python -m tests.test_redis_trials SEED COUNT` has more of them.
"""

import asyncio
import random
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
from redis.asyncio import Redis

from caracalai_revocation.redis import (
    RedisRevocationConsumer,
    RedisRevocationReplica,
    RedisRevocationStore,
    RedisStoreError,
    ReplicaNotReadyError,
)
from support.events import KEY, REVOCATIONS, eventually, revocation
from support.redis_server import RedisServer
from support.tcp_proxy import TcpProxy, tcp_proxy

SEEDS = (11, 12, 13, 14)
_SECONDS = 2.5
_PROMISED_SECONDS = 1.0
_SAFE_SECONDS = 0.3
"""What was published so shortly before Redis lost it, perhaps nobody has read."""
_LIFETIME_MS = 5_000
"""How long such a loss matters."""


class Instance:
    """A server's share: a replica, and the shared store with its consumer."""

    def __init__(self, proxy: TcpProxy, max_staleness_ms: int) -> None:
        self.proxy = proxy
        # Else somebody may be let in later, while it says that it is not ready.
        self.is_always_fresh = max_staleness_ms <= _PROMISED_SECONDS * 1_000
        self.client = Redis.from_url(proxy.url)
        self.store = RedisRevocationStore(redis=self.client)
        self.consumer = RedisRevocationConsumer(
            redis=self.client,
            store=self.store,
            signature_keys=[KEY],
            command_timeout_ms=500,
            max_mandate_lifetime_ms=_LIFETIME_MS,
        )
        self.replica = RedisRevocationReplica(
            redis=self.client,
            signature_keys=[KEY],
            adopt_unmarked_after_ms=0,
            settle_ms=400,
            max_staleness_ms=max_staleness_ms,
            command_timeout_ms=500,
            max_mandate_lifetime_ms=_LIFETIME_MS,
        )

    async def start(self) -> None:
        await asyncio.gather(self.replica.start(), self.consumer.start())

    async def stop(self) -> None:
        await asyncio.gather(self.replica.stop(), self.consumer.stop())
        await self.client.aclose()

    def lets_in(self, anchor: str) -> bool:
        """As its replica says."""
        try:
            is_bound = self.is_always_fresh or self.replica.ready
            return is_bound and not self.replica.is_revoked(anchor)
        except ReplicaNotReadyError:
            return False

    async def store_lets_in(self, anchor: str) -> bool:
        """As the shared store says, where the consumer was ready before it was asked."""
        try:
            return self.consumer.health().ready and not await self.store.is_revoked(anchor)
        except RedisStoreError:
            return False


class Trial:
    """One run of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.published: dict[str, float] = {}
        self.lost_at: list[float] = []
        self.late: list[str] = []
        self.asked = 0
        self.start = time.monotonic()
        self.log: list[str] = []

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            server = RedisServer(persistent=self.chance.random() < 0.5)
            stack.callback(server.close)
            instances = []
            for max_staleness_ms in (1_000, 5_000):
                proxy = await stack.enter_async_context(tcp_proxy(server))
                instance = Instance(proxy, max_staleness_ms)
                stack.push_async_callback(instance.stop)
                await instance.start()
                instances.append(instance)
            end = time.monotonic() + _SECONDS
            await asyncio.gather(
                self._publish(server, end),
                self._break(server, instances, end),
                *(self._ask(instance, end) for instance in instances),
            )
            await self._end(instances)

    async def _publish(self, server: RedisServer, end: float) -> None:
        number = 0
        while time.monotonic() < end:
            number += 1
            anchor = f"session-{number}"
            try:
                await asyncio.to_thread(server.add, REVOCATIONS, revocation(anchor))
                self.published[anchor] = time.monotonic()
            except Exception:  # not confirmed, and so not promised
                await asyncio.sleep(0.05)
            await asyncio.sleep(self.chance.uniform(0, 0.05))

    def _note(self, *what: object) -> None:
        self.log.append(f"{time.monotonic() - self.start:.3f} {' '.join(map(str, what))}")

    async def _break(self, server: RedisServer, instances: list[Instance], end: float) -> None:
        while time.monotonic() < end:
            await asyncio.sleep(self.chance.uniform(0.1, 0.6))
            proxy = self.chance.choice(instances).proxy
            what = self.chance.choice(
                ("cut", "hold", "freeze", "restart", "flush", "trim", "slow", "memory")
            )
            self._note(what)
            if what == "cut":
                proxy.cut()
            elif what == "hold":
                proxy.hold()
                await asyncio.sleep(self.chance.uniform(0.1, 1.5))
                proxy.release()
            elif what == "slow":
                proxy.delay_seconds = self.chance.uniform(0, 0.1)
            elif what == "freeze":
                server.freeze()
                await asyncio.sleep(self.chance.uniform(0.1, 1.5))
                server.thaw()
            elif what == "restart":
                self.lost_at.append(time.monotonic())
                await asyncio.to_thread(server.restart)
                self.lost_at.append(time.monotonic())
            else:
                await self._command(server, what)

    async def _command(self, server: RedisServer, what: str) -> None:
        commands: dict[str, tuple[str, ...]] = {
            "flush": ("FLUSHALL",),
            "trim": ("XTRIM", REVOCATIONS, "MAXLEN", "0"),
            "memory": ("CONFIG", "SET", "maxmemory", self.chance.choice(("1", "0"))),
        }
        self.lost_at.append(time.monotonic())
        await asyncio.to_thread(server.command, *commands[what])
        self.lost_at.append(time.monotonic())
        if what == "memory":
            await asyncio.sleep(self.chance.uniform(0, 1))
            await asyncio.to_thread(server.command, "CONFIG", "SET", "maxmemory", "0")

    async def _ask(self, instance: Instance, end: float) -> None:
        while time.monotonic() < end:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            old = [it for it, at in self.published.items() if now - at > _PROMISED_SECONDS]
            expected = [it for it in old if self._was_read(it)]
            if not expected:
                continue
            self.asked += 1
            anchor = self.chance.choice(expected)
            if any(map(instance.lets_in, expected)):
                self.late.append(f"replica {anchor}")
            # What Redis has lost, the store lets in until the consumer has noticed.
            is_noticed = not any(now - lost < _PROMISED_SECONDS for lost in self.lost_at)
            if is_noticed and await instance.store_lets_in(anchor):
                self.late.append(f"store {anchor}")
                self._note(
                    "late", anchor, self.published[anchor] - self.start, instance.consumer.health()
                )

    def _was_read(self, anchor: str) -> bool:
        """Whether Redis did not lose it before anybody can have read it."""
        at = self.published[anchor]
        return not any(
            at - _SAFE_SECONDS < lost < at + _SAFE_SECONDS + _PROMISED_SECONDS
            for lost in self.lost_at
        )

    async def _end(self, instances: list[Instance]) -> None:
        for instance in instances:
            instance.proxy.release()
            instance.proxy.delay_seconds = 0
        for instance in instances:
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=instance: it.replica.ready, 60, "ready")  # type: ignore[misc]
        kept = [it for it in self.published if self._was_read(it)]
        # The last of them came just now.
        await asyncio.sleep(_PROMISED_SECONDS)
        for instance in instances:
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=instance: it.replica.ready, 60, "ready")  # type: ignore[misc]
            lost = [it for it in kept if instance.lets_in(it)]
            assert lost == [], f"lost: {lost}"
        assert self.late == [], f"late: {self.late}"


@pytest.mark.parametrize("seeds", [SEEDS], ids=str)
async def test_trials(seeds: tuple[int, ...]) -> None:
    trials = [Trial(seed) for seed in seeds]
    await asyncio.gather(*(trial.run() for trial in trials))
    assert sum(trial.asked for trial in trials) > 10


async def main(seed: int, count: int) -> None:
    """Trials one after the other; says what each has asked."""
    asked: list[Any] = []
    for number in range(seed, seed + count):
        trial = Trial(number)
        try:
            await trial.run()
        except AssertionError as error:
            print(number, "FAILED", str(error)[:300], flush=True)
        asked.append((trial.asked, len(trial.published)))
    print(count, "trials,", sum(it for it, _ in asked), "questions,", sum(it for _, it in asked))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
