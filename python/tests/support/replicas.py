"""Replicas for tests, each with a client of its own, as an instance has them."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from redis.asyncio import Redis

from caracalai_revocation import AnchorRevoked, RevocationEvent
from caracalai_revocation.redis import (
    RedisRevocationConsumer,
    RedisRevocationReplica,
    RedisRevocationStore,
    ReplicaNotReadyError,
)

from .events import KEY, eventually
from .redis_server import HasUrl, RedisServer
from .tcp_proxy import TcpProxy, tcp_proxy

FAST: dict[str, Any] = {
    "signature_keys": [KEY],
    "adopt_unmarked_after_ms": 0,
    "settle_ms": 200,
    "command_timeout_ms": 500,
    "max_staleness_ms": 1_000,
}
"""Options for tests that do not wait for long."""


class RunningReplica:
    """A replica, what its subscribers have heard, and what it has answered all the while."""

    def __init__(self, address: HasUrl, options: dict[str, Any]) -> None:
        self.client = Redis.from_url(address.url)
        self.replica = RedisRevocationReplica(redis=self.client, **{**FAST, **options})
        self.heard: list[str] = []
        self.replica.subscribe(self._hear)
        self._known: set[str] = set()
        self._watching = asyncio.create_task(self._watch())

    def answer(self, anchor: str) -> str:
        """`revoked`, `live`, or why there is no answer."""
        try:
            return "revoked" if self.replica.is_revoked(anchor) else "live"
        except ReplicaNotReadyError as error:
            return error.problem

    async def revoked(self, *anchors: str) -> None:
        """Waits until it knows that these are revoked. From then on, it must not forget them."""
        for anchor in anchors:
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=anchor: self.answer(it) == "revoked", what=anchor)  # type: ignore[misc]
            self._known.add(anchor)

    async def begun_anew(self, reason: str, times: int = 1) -> None:
        """Waits until it has resynchronised, and is ready again."""
        health = self.replica.health
        await eventually(lambda: health().resynchronisations >= times, what="it notices")
        await eventually(lambda: self.replica.ready, what="it is ready again")
        assert health().last_break == reason, health()

    async def stop(self) -> None:
        """Ends it. Fails where it has forgotten what it knew."""
        if not self._watching.done():
            self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self.replica.stop()
        await self.client.aclose()
        if not self._watching.cancelled():
            self._watching.result()

    def _hear(self, event: RevocationEvent) -> None:
        if isinstance(event, AnchorRevoked):
            self.heard.append(event.anchor)
        else:
            self.heard.append(f"{event.zone_id} {event.epoch}")

    async def _watch(self) -> None:
        while True:
            for anchor in self._known:
                assert self.answer(anchor) != "live", f"{anchor} was let in"
            await asyncio.sleep(0.002)


class Stage:
    """Servers, proxies and replicas, which end with the test."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    def server(self, *settings: str, persistent: bool = False) -> RedisServer:
        """A server of its own."""
        server = RedisServer(*settings, persistent=persistent)
        self._stack.callback(server.close)
        return server

    async def proxy(self, server: RedisServer) -> TcpProxy:
        """A way to a server."""
        return await self._stack.enter_async_context(tcp_proxy(server))

    async def replica(self, address: HasUrl, **options: Any) -> RunningReplica:
        """A replica that is ready."""
        running = self.idle(address, **options)
        await running.replica.start()
        return running

    def idle(self, address: HasUrl, **options: Any) -> RunningReplica:
        """A replica that is not started yet."""
        running = RunningReplica(address, options)
        self._stack.push_async_callback(running.stop)
        return running

    async def consumer(self, address: HasUrl) -> RedisRevocationConsumer:
        """A consumer that has read for the first time."""
        client = Redis.from_url(address.url)
        self._stack.push_async_callback(client.aclose)
        store = RedisRevocationStore(redis=client)
        consumer = RedisRevocationConsumer(redis=client, store=store, signature_keys=[KEY])
        self._stack.push_async_callback(consumer.stop)
        await consumer.start()
        return consumer

    async def pair(self) -> tuple[RedisServer, RedisServer]:
        """A primary with a replica in step."""
        primary, other = self.server(), self.server()
        other.replicate(primary)
        return primary, other
