"""All that an instance needs, started in one call, against a real Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from redis.asyncio import Redis

from caracalai_revocation.redis import (
    ConfigurationError,
    ReplicaNotReadyError,
    SharedRevocations,
    start_shared_revocations,
)
from support.events import KEY, OLD_KEY, eventually, raise_epoch, revocation, revoke, signed
from support.redis_server import HasUrl, RedisServer, free_port
from support.replicas import Stage
from support.together import together

FAST: dict[str, Any] = {"signature_keys": [KEY], "adopt_unmarked_after_ms": 0, "settle_ms": 0}
EVICTING = ("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")


class Started:
    """Starts instances, which end with the test."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def __call__(self, address: HasUrl, **options: Any) -> SharedRevocations:
        client = Redis.from_url(address.url)
        self._stack.push_async_callback(client.aclose)
        shared = await start_shared_revocations(redis=client, **{**FAST, **options})
        self._stack.push_async_callback(shared.stop)
        return shared


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


class TestSharedRevocations:
    async def test_all(self, stack: AsyncExitStack) -> None:
        self.start = Started(stack)
        await together(self, Stage(stack))

    async def case_two_refuse_what_one_event_revokes(self, stage: Stage) -> None:
        server = stage.server()
        instances = [await self.start(server), await self.start(server)]
        for it in instances:
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=it: it.revocations.ready)  # type: ignore[misc]
        revoke(server, "session")
        raise_epoch(server, "zone", 7)

        def both_know() -> bool:
            return all(
                it.revocations.is_revoked("session")
                and it.revocations.current_delegation_epoch("zone") == 7
                for it in instances
            )

        await eventually(both_know)
        key = "caracal:revoked:sessions:session"
        await eventually(lambda: server.command("GET", key) == "1")
        for it in instances:

            def are_ready(it: SharedRevocations = it) -> bool:
                health = it.health()
                return health.revocations.ready and health.delegations.ready

            await eventually(are_ready)
            assert (it.health().replica.ready, it.health().replica.entries) == (True, 2)

    async def case_a_redis_that_is_away_is_waited_for(self, stage: Stage) -> None:
        server = stage.server()
        proxy = await stage.proxy(server)
        proxy.hold()
        told: list[str] = []
        shared = await self.start(proxy, report=told.append)
        with pytest.raises(ReplicaNotReadyError, match="stopped"):
            shared.revocations.is_revoked("session")
        health = shared.health().replica
        assert (health.ready, health.problem) == (False, "stopped")
        proxy.cut()
        proxy.release()
        await eventually(lambda: told[-1:] == ["revocations are known"])
        assert told[0] == "revocations are not known: Redis does not answer"
        assert not shared.revocations.is_revoked("session")

    async def case_a_redis_that_is_not_fit(self, stage: Stage) -> None:
        server = stage.server(*EVICTING)
        with pytest.raises(ConfigurationError, match="redis: The server evicts keys"):
            await self.start(server)
        # One that proves so later is not used.
        proxy = await stage.proxy(server)
        proxy.hold()
        told: list[str] = []
        shared = await self.start(proxy, report=told.append)
        proxy.cut()
        proxy.release()
        await eventually(lambda: any("evicts keys" in it for it in told))
        assert not shared.revocations.ready
        server.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        await eventually(lambda: shared.revocations.ready)

    async def case_all_parts_use_what_is_named(self, stage: Stage) -> None:
        server = stage.server()
        shared = await self.start(
            server,
            key_prefix="other:",
            revocation_stream="other.revocations",
            delegation_stream="other.delegations",
            revocation_group="one group",
            delegation_group="another group",
        )
        await eventually(lambda: shared.revocations.ready)
        fields = {"zone_id": "zone", "sid": "session"}
        server.add("other.revocations", signed("other.revocations", fields))
        await eventually(lambda: shared.revocations.is_revoked("session"))
        await eventually(lambda: server.command("GET", "other:sessions:session") == "1")
        for stream, group in (("revocations", "one group"), ("delegations", "another group")):
            (found,) = server.command("XINFO", "GROUPS", f"other.{stream}")
            assert found[:2] == ["name", group]

    async def case_what_is_lost_or_foreign_is_told(self, stage: Stage) -> None:
        server = stage.server()
        told: list[str] = []
        shared = await self.start(server, report=told.append)
        await eventually(lambda: told[-1:] == ["revocations are known"])
        server.command("FLUSHALL")
        await eventually(lambda: told[-1].endswith("events were lost (history_lost)"))
        server.add("caracal.sessions.revoke", revocation("session", OLD_KEY))
        foreign = "events are signed with none of the signature_keys"
        lost = f"revocations are known; events were lost (history_lost); {foreign}"
        await eventually(lambda: told[-1] == lost)
        # What comes later is read on, and not from the beginning again.
        for session in ("one", "two", "three"):
            revoke(server, session)
            await eventually(partial(shared.revocations.is_revoked, session))
        health = shared.health()
        # The replica reads it again each time that it begins anew, or sees a new marker: that is
        # once for the loss and once for the marker of either stream, and not time and again.
        assert 1 <= health.replica.wrong_signatures <= 4
        assert health.revocations.wrong_signatures == 1

    async def case_stopped_while_redis_is_away(self, stage: Stage) -> None:
        server = stage.server()
        server.kill()
        told: list[str] = []
        shared = await self.start(server, report=told.append)
        # It has begun to say so by then, and says nothing more.
        await eventually(lambda: told != [])
        await asyncio.gather(shared.stop(), shared.stop())
        await shared.stop()
        assert told == ["revocations are not known: Redis does not answer"]
        assert shared.health().replica.problem == "stopped"
        assert shared.health().revocations.state == "stopped"


async def test_of_a_report_that_fails_only_the_kind_of_error_is_logged(
    redis_server: RedisServer, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    def report(sentence: str) -> None:
        raise ValueError(f"secret {sentence}")

    with caplog.at_level(logging.ERROR):
        shared = await start_shared_revocations(redis=redis, report=report, **FAST)
        await eventually(lambda: len(caplog.messages) > 0)
        await eventually(lambda: shared.revocations.ready)
        revoke(redis_server, "session")
        await eventually(lambda: shared.revocations.is_revoked("session"))
        await shared.stop()
    assert set(caplog.messages) == {"The report failed (ValueError)."}
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"redis": None}, "redis must be"),
        ({"redis": "redis://:secret@localhost"}, "redis must be"),
        ({"url": "x"}, 'Unknown option "url"'),
        ({"signature_keys": None}, "signature_keys"),
        ({"report": "x"}, "report must be a function"),
        ({"delegation_stream": "caracal.sessions.revoke"}, "another stream"),
        ({"max_mandate_lifetime_ms": 0}, "max_mandate_lifetime_ms"),
    ],
    ids=str,
)
async def test_wrong_options(options: dict[str, Any], message: str) -> None:
    async with Redis(port=free_port()) as client:
        with pytest.raises(ConfigurationError, match=message) as caught:
            await start_shared_revocations(**{"redis": client, **FAST, **options})
        assert "secret" not in str(caught.value)
