"""The faults of a Redis, with a replica: not ready, or still right, and nothing forgotten."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import redis
from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.retry import Retry

from caracalai_revocation import RevocationQuery, RevocationStoreError, RevocationStoreFullError
from caracalai_revocation.redis import (
    ConfigurationError,
    RedisRevocationConsumer,
    RedisRevocationReplica,
    RedisRevocationStore,
    RedisStoreError,
    ReplicaNotReadyError,
    require_safe_server,
)
from support.events import KEY, OLD_KEY, REVOCATIONS, eventually, raise_epoch, revoke, revoke_as
from support.redis_server import RedisServer, running_sentinel
from support.replicas import FAST, Stage
from support.together import together
from support.verifier import token, verifier

PREFIX = "caracal:revoked:sessions:"
GROUP = "resource-revocation"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield Stage(stack)


def anchor() -> str:
    return str(uuid.uuid4())


async def judged(store: Any, sid: str) -> str:
    result = await verifier(revocations=store).authenticate(token(sid=sid))
    return "ok" if result.ok else result.error.code


class TestFollowing:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_what_is_published_is_known_and_told(self, stage: Stage) -> None:
        server = stage.server()
        early, late, text = anchor(), anchor(), "no uuid"
        revoke(server, early)
        server.command("SET", f"{PREFIX}{text}", "1", "PX", "600000")
        running = await stage.replica(server)
        assert running.answer(early) == running.answer(text) == "revoked"
        revoke(server, late)
        raise_epoch(server, "zone", 9)
        await running.revoked(late)
        await eventually(lambda: running.replica.current_delegation_epoch("zone") == 9)
        assert sorted(running.heard) == sorted([early, text, late, "zone 9"])
        state = running.replica.check(RevocationQuery([anchor(), late], "zone"))
        assert (state.revoked, state.delegation_epoch) == (True, 9)
        health = running.replica.health()
        assert (health.ready, health.problem, health.entries) == (True, None, 4)
        assert (health.resynchronisations, health.last_break, health.last_error) == (0, None, None)

    async def case_what_cannot_be_believed_is_left_out(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        revoke(server, "forged", key=OLD_KEY)
        server.add(REVOCATIONS, {"session_id": "unsigned"})
        revoke(server, "good")
        await running.revoked("good")
        assert running.answer("forged") == running.answer("unsigned") == "live"
        health = running.replica.health()
        assert (health.ignored_events, health.wrong_signatures) == (2, 1)

    async def case_with_a_verifier_a_call_under_way_ends_at_the_revocation(
        self, stage: Stage
    ) -> None:
        server = stage.server()
        running = await stage.replica(server)
        judge = verifier(revocations=running.replica)
        result = await judge.authenticate(token(sid="session"))
        assert result.ok
        ending = asyncio.create_task(judge.until_ended(result.principal))
        busy = [asyncio.create_task(judged(running.replica, "session")) for _ in range(20)]
        revoke(server, "session")
        error = await asyncio.wait_for(ending, 10)
        assert error.code == "session_revoked"
        await asyncio.gather(*busy)
        # Also a verification that was under way, from then on.
        assert await judged(running.replica, "session") == "session_revoked"

    async def test_the_wall_clock_has_no_effect(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = stage.server()
        running = await stage.replica(server)
        revoke(server, "session")
        await running.revoked("session")
        for hour in (-3_600, 3_600, 10**9):
            monkeypatch.setattr(time, "time", lambda hour=hour: hour)
            assert running.answer("session") == "revoked"
            assert running.answer("other") == "live"


class TestFreshness:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_frozen(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        revoke(server, "session")
        await running.revoked("session")
        server.freeze()
        await eventually(lambda: running.answer("other") == "stale")
        assert await judged(running.replica, "other") == "verification_unavailable"
        with pytest.raises(ReplicaNotReadyError, match="stale"):
            running.replica.check(RevocationQuery(["other"]))
        with pytest.raises(ReplicaNotReadyError):
            running.replica.current_delegation_epoch("zone")
        server.thaw()
        await eventually(lambda: running.answer("session") == "revoked")
        assert running.answer("other") == "live"
        assert running.replica.health().resynchronisations == 0

    async def case_readiness_ends_a_second_after_the_last_proof(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server, max_staleness_ms=60_000)
        await asyncio.sleep(1.5)
        assert running.replica.ready
        server.freeze()
        await eventually(lambda: running.replica.health().problem == "lagging")
        assert (running.replica.health().staleness_ms or 0) > 1_000
        assert (running.replica.ready, running.answer("session")) == (False, "live")
        server.thaw()
        await eventually(lambda: running.replica.ready)

    async def case_down_at_the_start(self, stage: Stage) -> None:
        server = stage.server()
        server.kill()
        running = stage.idle(server, start_timeout_ms=100)
        with pytest.raises(ReplicaNotReadyError, match="synchronising"):
            await running.replica.start()
        server.start()
        await eventually(lambda: running.replica.ready)
        with pytest.raises(RuntimeError):
            await running.replica.start()

    async def case_stop_on_a_frozen_server_is_no_wait(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        server.freeze()
        await asyncio.wait_for(running.replica.stop(), 5)
        assert running.answer("session") == "stopped"
        await running.replica.stop()
        server.thaw()

    async def case_not_the_primary_any_more(self, stage: Stage) -> None:
        primary, other = await stage.pair()
        running = await stage.replica(primary)
        other.promote()
        primary.replicate(other)
        await eventually(lambda: not running.replica.ready)
        assert "READONLY" in (running.replica.health().last_error or "")

    async def case_a_server_that_evicts_is_not_believed(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        server.command("CONFIG", "SET", "maxmemory", "100mb")
        await eventually(lambda: running.answer("other") == "synchronising")
        await asyncio.sleep(0.5)
        assert "noeviction" in (running.replica.health().last_error or "")
        server.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        await running.begun_anew("keys_evicted")
        # At most one round for each stream, however often it was asked meanwhile.
        assert running.replica.health().resynchronisations <= 2

    async def case_a_server_without_memory(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server, max_staleness_ms=400)
        revoke(server, "session")
        await running.revoked("session")
        server.command("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(RevocationStoreFullError):
            await running.replica.mark_revoked("marked")
        # Here it is known all the same.
        await running.revoked("marked")
        # It goes on proving that it misses nothing.
        await asyncio.sleep(0.6)
        await running.revoked("session")
        server.command("CONFIG", "SET", "maxmemory", "0")


class TestLostHistory:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_nothing_that_was_known_is_forgotten(self, stage: Stage) -> None:
        hows = ("FLUSHALL", "restart", "both streams", "replaced")
        await asyncio.gather(*(self._lose(stage, how) for how in hows))

    async def _lose(self, stage: Stage, how: str) -> None:
        server = stage.server()
        running, other = await stage.replica(server), await stage.replica(server)
        known = [anchor(), "text"]
        revoke(server, *known)
        raise_epoch(server, "zone", 3)
        for it in (running, other):
            await it.revoked(*known)
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=it: "zone 3" in it.heard)  # type: ignore[misc]
        if how == "restart":
            server.restart()
        elif how == "both streams":
            server.command("DEL", REVOCATIONS, "caracal.delegations.invalidate")
        else:
            server.command("FLUSHALL")
        late = anchor()
        revoke(server, late, *(["x", "y", "z"] if how == "replaced" else []))
        for it in (running, other):
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=it: it.replica.health().resynchronisations > 0)  # type: ignore[misc]
            await it.revoked(*known, late)
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=it: it.replica.current_delegation_epoch("zone") == 3)  # type: ignore[misc]
        # What Redis had lost is in it again, for newcomers.
        await eventually(lambda: server.command("GET", f"{PREFIX}{known[0]}") == "1")
        newcomer = await stage.replica(server, adopt_unmarked_after_ms=60_000)
        assert newcomer.answer(known[0]) == newcomer.answer("text") == "revoked"
        assert newcomer.replica.current_delegation_epoch("zone") == 3

    async def case_a_restart_with_its_data_loses_nothing(self, stage: Stage) -> None:
        server = stage.server(persistent=True)
        running = await stage.replica(server)
        revoke(server, "session")
        await running.revoked("session")
        server.restart()
        revoke(server, "later")
        await running.revoked("session", "later")
        assert running.replica.health().last_break == "server_changed"

    async def case_trimmed_before_it_was_read(self, stage: Stage) -> None:
        server = stage.server()
        proxy = await stage.proxy(server)
        running = await stage.replica(proxy)
        await stage.consumer(server)
        revoke(server, "before")
        await running.revoked("before")
        proxy.hold()
        revoke(server, "trimmed")
        await eventually(lambda: server.command("GET", f"{PREFIX}trimmed") == "1")
        server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        revoke(server, "after")
        proxy.cut()
        proxy.release()
        await running.begun_anew("stream_trimmed")
        await running.revoked("before", "trimmed", "after")

    async def case_trimmed_before_any_consumer_has_written_it(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        session = anchor()
        revoke(server, session)
        await running.revoked(session)
        server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        await eventually(lambda: server.command("GET", f"{PREFIX}{session}") == "1")
        await stage.consumer(server)
        assert running.replica.health().resynchronisations == 0
        newcomer = await stage.replica(server)
        assert newcomer.answer(session) == "revoked"


class TestFailover:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_to_a_server_that_has_everything(self, stage: Stage) -> None:
        primary, other = await stage.pair()
        proxy = await stage.proxy(primary)
        running = await stage.replica(proxy)
        revoke(primary, "session")
        await running.revoked("session")
        await eventually(lambda: other.command("XLEN", REVOCATIONS) == 1)
        primary.kill()
        other.promote()
        proxy.target = other
        proxy.cut()
        revoke(other, "later")
        await running.revoked("session", "later")
        assert running.replica.health().last_break == "server_changed"

    async def case_to_a_server_that_gives_ids_again(self, stage: Stage) -> None:
        primary, other = await stage.pair()
        proxy = await stage.proxy(primary)
        running = await stage.replica(proxy)
        revoke_as(primary, "99000000000000-0", "kept")
        await running.revoked("kept")
        await eventually(lambda: other.command("XLEN", REVOCATIONS) == 1)
        other.promote()
        revoke_as(primary, "99000000000000-1", "lost")
        await running.revoked("lost")
        # The clock of this server is behind its last id, so that it takes the next one.
        assert revoke_as(other, "*", "other") == "99000000000000-1"
        proxy.target = other
        proxy.cut()
        await running.revoked("other")
        assert running.replica.health().last_break == "server_changed"
        # It is written again.
        await eventually(lambda: other.command("GET", f"{PREFIX}lost") == "1")

    async def case_a_consumer_of_one_that_gives_ids_again_tells_of_the_loss(
        self, stage: Stage
    ) -> None:
        old, promoted = stage.server(), stage.server()
        proxy = await stage.proxy(old)
        consumer = await stage.consumer(proxy)
        for number, session in enumerate(("kept", "lost")):
            revoke_as(old, f"1000-{number}", session)
        await eventually(lambda: consumer.health().applied == 2)
        await eventually(lambda: consumer.health().ready)
        for number, session in enumerate(("kept", "other")):
            revoke_as(promoted, f"1000-{number}", session)
        create = ("XGROUP", "CREATE", REVOCATIONS, GROUP)
        promoted.command(*create, "1000-0", "ENTRIESREAD", "1")
        proxy.target = promoted
        proxy.cut()
        await eventually(lambda: consumer.health().loss == "history_lost")

    async def case_a_consumer_of_one_that_has_everything_goes_on(self, stage: Stage) -> None:
        primary, other = stage.server(), stage.server()
        proxy = await stage.proxy(primary)
        consumer = await stage.consumer(proxy)
        revoke(primary, "first")
        await eventually(lambda: consumer.health().applied == 1)
        other.replicate(primary)
        await eventually(lambda: consumer.health().ready)
        await eventually(lambda: other.command("XPENDING", REVOCATIONS, GROUP)["pending"] == 0)
        primary.kill()
        other.promote()
        revoke(other, "newer")
        proxy.target = other
        proxy.cut()
        await eventually(lambda: consumer.health().applied == 2)
        await eventually(lambda: consumer.health().ready)
        assert consumer.health().loss is None

    async def case_to_a_server_that_lacks_the_last_writes(self, stage: Stage) -> None:
        primary, other = await stage.pair()
        near, far = await stage.proxy(primary), await stage.proxy(primary)
        knowing, cut_off = await stage.replica(near), await stage.replica(far)
        revoke(primary, "before")
        for running in (knowing, cut_off):
            await running.revoked("before")
        # What is written now reaches neither the other server nor the second replica.
        other.command("REPLICAOF", "127.0.0.1", "1")
        far.hold()
        last = anchor()
        revoke(primary, "one", last)
        await knowing.revoked("one", last)
        primary.kill()
        other.promote()
        for proxy in (near, far):
            proxy.target = other
            proxy.cut()
            proxy.release()
        await eventually(lambda: knowing.replica.health().resynchronisations > 0)
        for running in (knowing, cut_off):
            await running.revoked("before", "one", last)
        newcomer = await stage.replica(other)
        assert newcomer.answer(last) == "revoked"

    async def case_keys_of_one_say_nothing_about_streams_of_another(self, stage: Stage) -> None:
        old, promoted = stage.server(), stage.server()
        elder = await stage.replica(promoted)
        await elder.replica.mark_revoked("kept")
        proxy = await stage.proxy(promoted)
        running = stage.idle(proxy, settle_ms=2_000)
        starting = asyncio.create_task(running.replica.start())
        health = running.replica.health
        await eventually(lambda: health().staleness_ms is not None)
        # Connections of before stay with their server; the keys are read on a new one.
        proxy.target = old
        different = "Keys and streams were read from different servers."
        await eventually(lambda: health().last_error == different)
        assert not running.replica.ready
        assert old.command("DBSIZE") == 0
        proxy.target = promoted
        await starting
        assert running.answer("kept") == "revoked"

    async def case_a_consumer_writes_where_it_reads(self, stage: Stage) -> None:
        old, promoted, apart = stage.server(), stage.server(), stage.server()
        proxy = await stage.proxy(old)
        client, other = Redis.from_url(proxy.url), Redis.from_url(apart.url)
        # One that the client goes on using, and that still leads to the old primary.
        store = RedisRevocationStore(redis=client, read_timeout_ms=2_000)
        assert not await store.is_revoked("session")
        proxy.target = promoted
        for kept, server in ((store, promoted), (RedisRevocationStore(redis=other), apart)):
            consumer = RedisRevocationConsumer(redis=client, store=kept, signature_keys=[KEY])
            await consumer.start()
            revoke(promoted, "session")
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=server: it.command("GET", f"{PREFIX}session") == "1")  # type: ignore[misc]
            await consumer.stop()
        assert old.command("DBSIZE") == 0
        assert await store.is_revoked("session") is False
        await asyncio.gather(client.aclose(), other.aclose())

    async def case_behind_sentinel(self, stage: Stage) -> None:
        primary, other = await stage.pair()
        async with AsyncExitStack() as stack:
            port = stack.enter_context(running_sentinel(primary))
            await eventually(lambda: has_replica(port))
            # redis-py has no types for this.
            sentinel = Sentinel([("127.0.0.1", port)])  # type: ignore[no-untyped-call]
            client = sentinel.master_for("main")
            for made in (client, *sentinel.sentinels):
                stack.push_async_callback(made.aclose)
            with pytest.raises(ConfigurationError, match="reads from replicas"):
                RedisRevocationStore(redis=sentinel.slave_for("main"))
            await require_safe_server(client)
            store = RedisRevocationStore(redis=client)
            replica = RedisRevocationReplica(redis=client, **FAST)
            consumer = RedisRevocationConsumer(redis=client, store=store, signature_keys=[KEY])
            for started in (replica, consumer):
                stack.push_async_callback(started.stop)
                await started.start()
            revoke(primary, "session")
            await eventually(lambda: consumer.health().applied == 1)
            await eventually(lambda: other.command("GET", f"{PREFIX}session") == "1")
            primary.kill()
            await eventually(lambda: is_primary(other), 30)
            revoke(other, "later")

            async def knows() -> bool:
                try:
                    return replica.is_revoked("later") and await store.is_revoked("session")
                except RevocationStoreError:
                    return False

            await eventually(knows, 30)
            await eventually(lambda: consumer.health().applied == 2)
            await eventually(lambda: consumer.health().ready)


def is_primary(server: RedisServer) -> bool:
    """Whether a server was promoted by now: it cuts its connections then."""
    try:
        return bool(server.command("ROLE")[0] == "master")
    except redis.RedisError:
        return False


def has_replica(port: int) -> bool:
    """Whether Sentinel is there, and knows where it can fail over to."""
    with redis.Redis(port=port, decode_responses=True, retry=Retry(NoBackoff(), 0)) as client:
        try:
            return bool(client.sentinel_master("main")["num-slaves"] == 1)
        except redis.RedisError:
            return False


class TestUnmarked:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_a_newcomer_does_not_believe_it(self, stage: Stage) -> None:
        server = stage.server()
        newcomer = stage.idle(server, adopt_unmarked_after_ms=60_000, start_timeout_ms=500)
        with pytest.raises(ReplicaNotReadyError, match="unknown_history"):
            await newcomer.replica.start()
        # Until somebody who may says so.
        await stage.replica(server)
        await eventually(lambda: newcomer.replica.ready)

    async def case_one_of_several_that_start_at_once_marks_it(self, stage: Stage) -> None:
        server = stage.server()
        running = [stage.idle(server) for _ in range(4)]
        await asyncio.gather(*(it.replica.start() for it in running))
        await asyncio.sleep(0.5)
        assert all(it.replica.ready for it in running)

    async def case_a_mark_of_ones_own_is_in_the_shared_keys(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        session = anchor()
        await running.replica.mark_revoked(session)
        await running.replica.mark_delegation_epoch("zone", 4)
        assert server.command("GET", f"{PREFIX}{session}") == "1"
        assert server.command("GET", f"{PREFIX}delegation-epoch:zone") == "4"
        proxy = await stage.proxy(server)
        other = await stage.replica(proxy)
        proxy.hold()
        with pytest.raises(RedisStoreError):
            await other.replica.mark_revoked("unconfirmed")
        assert "unconfirmed" in other.heard
        proxy.release()


class TestLimits:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_a_full_replica_does_not_answer(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server, max_entries=2)
        revoke(server, "a", "b")
        await running.revoked("a", "b")
        revoke(server, "c")
        await eventually(lambda: running.answer("a") == "full")
        with pytest.raises(RevocationStoreFullError):
            await running.replica.mark_revoked("d")

    async def case_a_key_that_holds_no_epoch(self, stage: Stage) -> None:
        server = stage.server()
        server.command("SET", f"{PREFIX}delegation-epoch:zone", "soon")
        running = await stage.replica(server)
        with pytest.raises(RevocationStoreError, match="no delegation epoch"):
            running.replica.current_delegation_epoch("zone")
        assert running.replica.current_delegation_epoch("other") == 0

    async def case_keys_that_live_for_very_long(self, stage: Stage) -> None:
        for ttl_ms in (10**14 - 1, 10**14, 10**15, 2**53, 9 * 10**18):
            server = stage.server()
            session = anchor()
            for name in ("text", session):
                server.command("SET", PREFIX + name, "1", "PX", str(ttl_ms))
            server.command("SET", f"{PREFIX}delegation-epoch:zone", "7", "PX", str(ttl_ms))
            running = await asyncio.wait_for(stage.replica(server), 10)
            assert running.answer("text") == running.answer(session) == "revoked", ttl_ms
            assert running.replica.current_delegation_epoch("zone") == 7

    async def case_an_anchor_named_like_an_epoch(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        assert running.answer("delegation-epoch:zone") == "live"
        raise_epoch(server, "zone", 2)
        await eventually(lambda: running.replica.current_delegation_epoch("zone") == 2)
        with pytest.raises(RevocationStoreError, match="named like"):
            running.replica.is_revoked("delegation-epoch:zone")

    @pytest.mark.parametrize(
        "options",
        [
            {"signature_keys": None},
            {"signature_keys": ["ab"]},
            {"allow_unsigned": True},
            {"max_staleness_ms": 199},
            {"max_entries": 2**24 + 1},
            {"settle_ms": -1},
            {"reconcile_ms": 999},
            {"settle_ms": 1.0},
            {"maxEntries": 1},
            {"key_prefix": ""},
            {"revocation_stream": "a\n"},
            {"delegation_stream": REVOCATIONS},
            {"delegation_group": ""},
            {"max_mandate_lifetime_ms": 86_400_001},
            {"redis": "redis://localhost"},
        ],
        ids=str,
    )
    async def test_wrong_options(self, options: Any) -> None:
        given = {"redis": Redis(), "signature_keys": [KEY], **options}
        with pytest.raises(ConfigurationError):
            RedisRevocationReplica(**given)


async def test_names_of_keys_that_mean_something_in_patterns(redis_server: RedisServer) -> None:
    """A prefix with every character that SCAN takes for a pattern."""
    prefix = "a*b?c[d]e\\f:"
    async with AsyncExitStack() as stack:
        stage = Stage(stack)
        redis_server.command("SET", f"{prefix}sessions:session", "1", "PX", "600000")
        redis_server.command("SET", "aXbXcdef:sessions:other", "1", "PX", "600000")
        running = await stage.replica(redis_server, key_prefix=prefix)
        assert running.answer("session") == "revoked"
        assert running.answer("other") == "live"
