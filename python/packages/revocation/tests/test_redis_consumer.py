"""Consumers against a real Redis."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from caracalai_revocation import InMemoryRevocationStore
from caracalai_revocation.redis import (
    ConfigurationError,
    RedisDelegationConsumer,
    RedisRevocationConsumer,
    RedisStoreError,
)
from support.events import (
    KEY,
    OLD_KEY,
    REVOCATIONS,
    eventually,
    raise_epoch,
    revocation,
    revoke,
    signed,
)
from support.patient_store import patient_store
from support.redis_server import RedisServer, redis_client, running_redis
from support.tcp_proxy import tcp_proxy
from support.together import AT_A_TIME

LOSS_KEY = "{caracal.sessions.revoke}.loss.resource-revocation"


@asynccontextmanager
async def consuming(redis: Redis, **options: Any) -> AsyncIterator[RedisRevocationConsumer]:
    """A consumer that reads, while it lasts."""
    store = options.pop("store", None) or patient_store(redis)
    trust = {} if "allow_unsigned" in options else {"signature_keys": [KEY]}
    consumer = RedisRevocationConsumer(redis=redis, store=store, **{**trust, **options})
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def case_what_is_published_is_written_and_acknowledged(
    redis_server: RedisServer, redis: Redis
) -> None:
    store = patient_store(redis)
    # Also what came before anybody read.
    revoke(redis_server, "before")
    async with consuming(redis) as consumer:
        revoke(redis_server, "a", "b")
        await eventually(lambda: consumer.health().applied == 3)
        for anchor in ("before", "a", "b"):
            assert await store.is_revoked(anchor)
        await eventually(lambda: consumer.health().ready)
        health = consumer.health()
        assert (health.state, health.loss, health.last_error) == ("reading", None, None)
        assert redis_server.command("XPENDING", REVOCATIONS, "resource-revocation")["pending"] == 0
    assert consumer.health().state == "stopped"
    assert not consumer.health().ready
    # It has left the group.
    assert redis_server.command("XINFO", "CONSUMERS", REVOCATIONS, "resource-revocation") == []


async def case_delegation_events_raise_epochs(redis_server: RedisServer, redis: Redis) -> None:
    store = patient_store(redis)
    consumer = RedisDelegationConsumer(redis=redis, store=store, signature_keys=[KEY])
    raise_epoch(redis_server, "zone", 7)
    raise_epoch(redis_server, "zone", 5)
    await consumer.start()
    await eventually(lambda: consumer.health().applied == 2)
    assert await store.current_delegation_epoch("zone") == 7
    await consumer.stop()


async def case_what_cannot_be_believed_is_set_aside_and_keeps_nothing_up(
    redis_server: RedisServer, redis: Redis
) -> None:
    bad: list[tuple[str, dict[str, str]]] = [
        ("unsigned", {"session_id": "x"}),
        ("wrong_signature", revocation("x", OLD_KEY)),
        ("wrong_signature", {**revocation("x"), "session_id": "y"}),
        ("no_anchor", signed(REVOCATIONS, {"zone_id": "zone"})),
        ("control_character", {**revocation("x"), "reason": "a\nb"}),
        ("field_name", {**revocation("x"), "a=b": "c"}),
        ("too_large", {**revocation("x"), "reason": "x" * 1_000_000}),
    ]
    store = patient_store(redis)
    async with consuming(redis) as consumer:
        for _, fields in bad:
            redis_server.add(REVOCATIONS, fields)
        await redis.xadd(REVOCATIONS, {b"session_id": b"\xff\xfe"})
        revoke(redis_server, "good")
        await eventually(lambda: consumer.health().applied == 1)
        await eventually(lambda: consumer.health().dead_letters == len(bad) + 1)
        assert await store.is_revoked("good")
        assert not await store.is_revoked("x")
        assert not await store.is_revoked("y")
        letters = [
            fields
            for _, fields in redis_server.command("XRANGE", f"{REVOCATIONS}.dead-letter", "-", "+")
        ]
        problems = sorted(letter["problem"] for letter in letters)
        assert problems == sorted([*(problem for problem, _ in bad), "not_utf8"])
        for letter in letters:
            assert set(letter) == {"stream", "id", "problem", "fields", "complete"}
            assert isinstance(json.loads(letter["fields"]), list)
            assert len(letter["fields"]) < 2_000
        await eventually(lambda: consumer.health().ready)


async def case_several_keys_for_a_rotation(redis_server: RedisServer, redis: Redis) -> None:
    async with consuming(redis, signature_keys=[KEY, OLD_KEY]) as consumer:
        revoke(redis_server, "a")
        revoke(redis_server, "b", key=OLD_KEY)
        await eventually(lambda: consumer.health().applied == 2)


async def case_unsigned_events_are_taken_where_that_is_said(
    redis_server: RedisServer, redis: Redis
) -> None:
    async with consuming(redis, allow_unsigned=True) as consumer:
        redis_server.add(REVOCATIONS, {"edge_id": "edge"})
        await eventually(lambda: consumer.health().applied == 1)


class FailingStore(InMemoryRevocationStore):
    """Takes no write until it is told to."""

    failures: Any = ()

    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        if next(self.failures, None) is not None:
            raise OSError("secret-anchor")
        super().mark_revoked(anchor, ttl_ms)


async def case_nothing_is_acknowledged_before_it_is_written(
    redis_server: RedisServer, redis: Redis
) -> None:
    store = FailingStore()
    store.failures = itertools.repeat(1)
    async with consuming(redis, store=store, claim_idle_ms=50) as consumer:
        revoke(redis_server, "a")
        await eventually(lambda: consumer.health().last_error is not None)
        error = consumer.health().last_error
        assert error is not None
        assert error.message == "The store did not take an event."
        assert redis_server.command("XPENDING", REVOCATIONS, "resource-revocation")["pending"] == 1
        # What waits for more than a second ends readiness.
        await eventually(lambda: not consumer.health().ready)
        assert consumer.health().pending == 1
        store.failures = iter(())
        await eventually(lambda: consumer.health().applied == 1)
        assert store.is_revoked("a")
        await eventually(lambda: consumer.health().ready)
        assert consumer.health().reclaimed >= 1


async def case_what_a_dead_consumer_held_is_taken_over(
    redis_server: RedisServer, redis: Redis
) -> None:
    store = patient_store(redis)
    revoke(redis_server, "held")
    await redis.xgroup_create(REVOCATIONS, "resource-revocation", "0")
    await redis.xreadgroup("resource-revocation", "dead", {REVOCATIONS: ">"})
    async with consuming(redis, claim_idle_ms=100) as consumer:
        await eventually(lambda: consumer.health().applied == 1)
        assert consumer.health().reclaimed == 1
        assert await store.is_revoked("held")


async def case_what_the_same_consumer_held_is_taken_up_at_once(
    redis_server: RedisServer, redis: Redis
) -> None:
    revoke(redis_server, "held")
    await redis.xgroup_create(REVOCATIONS, "resource-revocation", "0")
    await redis.xreadgroup("resource-revocation", "mine", {REVOCATIONS: ">"})
    async with consuming(redis, consumer_name="mine", claim_idle_ms=3_600_000) as consumer:
        await eventually(lambda: consumer.health().applied == 1)
        assert consumer.health().reclaimed == 0


async def case_each_event_is_acted_on_by_one_of_many(
    redis_server: RedisServer, redis: Redis
) -> None:
    async with consuming(redis) as one, consuming(redis) as two:
        revoke(redis_server, *map(str, range(50)))
        await eventually(lambda: one.health().applied + two.health().applied == 50)


async def case_a_trimmed_stream_is_a_loss_for_all_of_the_group(
    redis_server: RedisServer, redis: Redis
) -> None:
    async with consuming(redis) as consumer:
        revoke(redis_server, "a")
        await eventually(lambda: consumer.health().applied == 1)
    revoke(redis_server, "b", "c")
    redis_server.command("XTRIM", REVOCATIONS, "MAXLEN", "1")
    async with consuming(redis) as consumer, consuming(redis) as other:
        await eventually(lambda: consumer.health().loss == "stream_trimmed")
        await eventually(lambda: other.health().loss == "stream_trimmed")
        assert consumer.health().trimmed + other.health().trimmed == 1
        assert not consumer.health().ready
        redis_server.command("DEL", LOSS_KEY)
        await eventually(lambda: consumer.health().ready)


async def case_a_loss_matters_for_as_long_as_a_mandate_lives(
    redis_server: RedisServer, redis: Redis
) -> None:
    async with consuming(redis, max_mandate_lifetime_ms=700) as consumer:
        redis_server.command("SET", LOSS_KEY, "stream_trimmed once")
        await eventually(lambda: consumer.health().loss == "stream_trimmed")
        assert not consumer.health().ready
        await eventually(lambda: consumer.health().ready)
        assert redis_server.command("EXISTS", LOSS_KEY) == 0


async def test_a_note_that_another_server_lacks_is_made_anew(redis_server: RedisServer) -> None:
    with running_redis() as primary:
        async with tcp_proxy(primary) as proxy, redis_client(proxy) as client:
            redis_server.replicate(primary)
            async with consuming(client) as consumer:
                await eventually(lambda: consumer.health().ready)
                revoke(primary, "a")
                await eventually(lambda: consumer.health().applied == 1)
                await eventually(lambda: redis_server.command("XLEN", REVOCATIONS) == 1)
                redis_server.promote()
                primary.command("SET", LOSS_KEY, "history_lost once")
                await eventually(lambda: consumer.health().loss == "history_lost")
                proxy.target = redis_server
                proxy.cut()
                await eventually(lambda: redis_server.command("EXISTS", LOSS_KEY) == 1)
                assert consumer.health().loss == "history_lost"


async def case_a_redis_that_was_emptied_is_a_loss(redis_server: RedisServer, redis: Redis) -> None:
    async with consuming(redis) as consumer:
        revoke(redis_server, "a")
        await eventually(lambda: consumer.health().applied == 1)
        redis_server.command("FLUSHALL")
        await eventually(lambda: consumer.health().loss == "history_lost")
        assert not consumer.health().ready
        # And it goes on.
        revoke(redis_server, "b")
        await eventually(lambda: consumer.health().applied == 2)


async def case_a_history_that_was_replaced_unseen_is_a_loss(
    redis_server: RedisServer, redis: Redis
) -> None:
    """Emptied, and the group made anew by another one before this one looks: ids are higher."""
    async with consuming(redis) as consumer:
        revoke(redis_server, "a")
        await eventually(lambda: consumer.health().applied == 1)
        async with redis.pipeline(transaction=True) as pipe:
            pipe.flushall()
            # Its keys and values may be bytes, too: a dict of texts is none of those.
            pipe.xadd(REVOCATIONS, revocation("b"))  # type: ignore[arg-type]
            pipe.xgroup_create(REVOCATIONS, "resource-revocation", "0")
            await pipe.execute()
        await eventually(lambda: consumer.health().loss == "history_lost")


async def case_a_consumer_whose_redis_is_silent_is_not_ready_within_a_second(
    redis_server: RedisServer, redis: Redis
) -> None:
    async with consuming(redis) as consumer:
        await eventually(lambda: consumer.health().ready)
        redis_server.freeze()
        await asyncio.sleep(1.05)
        assert not consumer.health().ready
        redis_server.thaw()
        await eventually(lambda: consumer.health().ready)
        assert consumer.health().loss is None


async def case_an_id_from_a_clock_that_was_ahead_is_old_by_ones_own_clock(
    redis_server: RedisServer, redis: Redis
) -> None:
    """The server's clock was an hour ahead, and is set back: ages by its clock are negative."""
    store = FailingStore()
    seconds, _ = redis_server.command("TIME")
    flat = [part for field in revocation("a").items() for part in field]
    async with consuming(redis, store=store, claim_idle_ms=50) as consumer:
        await eventually(lambda: consumer.health().ready)
        store.failures = itertools.repeat(1)
        redis_server.command("XADD", REVOCATIONS, f"{(int(seconds) + 3_600) * 1_000}-0", *flat)
        await eventually(lambda: consumer.health().pending == 1)
        await eventually(lambda: not consumer.health().ready)
        assert consumer.health().oldest_ms == 0
        store.failures = iter(())
        await eventually(lambda: consumer.health().ready)
        assert store.is_revoked("a")


async def test_all_cases_together() -> None:
    """Each on a server of its own: they mostly wait."""
    cases = [it for name, it in globals().items() if name.startswith("case_")]
    free = asyncio.Semaphore(AT_A_TIME)

    async def run(case: Any) -> None:
        async with free:
            with running_redis() as server:
                async with redis_client(server) as client:
                    await case(server, client)

    results = await asyncio.gather(*map(run, cases), return_exceptions=True)
    failures = {
        case.__name__: repr(result)
        for case, result in zip(cases, results, strict=True)
        if result is not None
    }
    assert failures == {}
    assert len(cases) >= 14


async def test_start_tells_what_is_wrong_and_stop_ends_it() -> None:
    client = Redis.from_url("redis://127.0.0.1:1")
    consumer = RedisRevocationConsumer(
        redis=client,
        store=InMemoryRevocationStore(),
        allow_unsigned=True,
        start_timeout_ms=100,
    )
    with pytest.raises(RedisStoreError, match="not read in time"):
        await consumer.start()
    with pytest.raises(RuntimeError):
        await consumer.start()
    await consumer.stop()
    await consumer.stop()
    assert consumer.health().state == "stopped"
    await client.aclose()


async def case_stop_has_a_deadline_and_what_is_unfinished_stays(
    redis_server: RedisServer, redis: Redis
) -> None:
    class HangingStore(InMemoryRevocationStore):
        # It takes whatever it is called with.
        async def mark_revoked(self, *_: object) -> None:  # type: ignore[override]
            await asyncio.sleep(60)

    async with consuming(redis, store=HangingStore(), stop_timeout_ms=100) as consumer:
        revoke(redis_server, "a")

        def is_pending() -> bool:
            group = redis_server.command("XPENDING", REVOCATIONS, "resource-revocation")
            return bool(group["pending"] == 1)

        await eventually(is_pending)
        await asyncio.wait_for(consumer.stop(), 5)
        assert is_pending()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"signature_keys": []},
        {"signature_keys": [KEY], "allow_unsigned": True},
        {"signature_keys": ["00" * 31]},
        {"signature_keys": KEY},
        {"allow_unsigned": 1},
        {"allow_unsigned": True, "claimIdleMs": 50},
        {"allow_unsigned": True, "claim_idle_ms": 49},
        {"allow_unsigned": True, "claim_idle_ms": 50.0},
        {"allow_unsigned": True, "stop_timeout_ms": True},
        {"allow_unsigned": True, "group": ""},
        {"allow_unsigned": True, "stream": "a\nb"},
        {"allow_unsigned": True, "dead_letter_stream": REVOCATIONS},
        {"allow_unsigned": True, "store": object()},
        {"allow_unsigned": True, "redis": None},
    ],
    ids=str,
)
async def test_wrong_options(options: Any) -> None:
    client = Redis()
    given = {"redis": client, "store": InMemoryRevocationStore(), **options}
    with pytest.raises(ConfigurationError) as caught:
        RedisRevocationConsumer(**given)
    assert KEY not in str(caught.value)
    await client.aclose()
