"""What was lost before anybody had read it, and what anybody may add: replicas and consumers."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import redis

from caracalai_revocation.redis import ReplicaNotReadyError
from support.events import KEY, REVOCATIONS, eventually, revocation, revoke
from support.redis_server import RedisServer
from support.replicas import RunningReplica, Stage
from support.together import together

PREFIX = "caracal:revoked:sessions:"
GROUP = "resource-revocation"
LOSS_KEY = f"{{{REVOCATIONS}}}.loss.{GROUP}"
PATIENT = {"command_timeout_ms": 10_000, "max_staleness_ms": 20_000}
"""Redis takes some 100 ms of processor time to look at 20 MB: nothing is to depend on that."""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield Stage(stack)


def revoke_and_trim(server: RedisServer, session: str) -> None:
    """A revocation that is gone before anybody can read it."""
    flat = [part for field in revocation(session, KEY).items() for part in field]
    add = "redis.call('XADD', KEYS[1], '*', unpack(ARGV))"
    server.command(
        "EVAL", f"{add} redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)", "1", REVOCATIONS, *flat
    )


async def have_marked(server: RedisServer, stage: Stage) -> None:
    """Leaves a Redis that was known to an instance, which is gone."""
    running = await stage.replica(server)
    await running.replica.stop()


async def lost(running: RunningReplica) -> None:
    await eventually(lambda: running.answer("victim") == "events_lost", what="it is noticed")


def starting(stage: Stage, server: RedisServer) -> tuple[RunningReplica, "asyncio.Task[None]"]:
    """One that does not become ready by itself."""
    running = stage.idle(server)
    task = asyncio.create_task(running.replica.start())
    # Ended with the replica.
    task.add_done_callback(lambda it: it.cancelled() or it.exception())
    return running, task


class TestUnread:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_keeps_all_from_answering_until_the_note_is_gone(self, stage: Stage) -> None:
        server = stage.server()
        every = [await stage.replica(server), await stage.replica(server)]
        await stage.consumer(server)
        revoke_and_trim(server, "victim")
        for running in every:
            await lost(running)
        await eventually(lambda: str(server.command("GET", LOSS_KEY)).startswith("stream_trimmed"))
        newcomer = stage.idle(server, start_timeout_ms=1_000)
        with pytest.raises(ReplicaNotReadyError, match="events_lost"):
            await newcomer.replica.start()
        for running in (*every, newcomer):
            health = running.replica.health()
            assert (health.ready, health.problem) == (False, "events_lost")
        # As operators may.
        server.command("DEL", LOSS_KEY)
        for running in (*every, newcomer):
            # No type is inferred for a lambda with a default, which a loop asks for.
            await eventually(lambda it=running: it.replica.ready)  # type: ignore[misc]

    async def case_does_not_matter_when_the_mandates_have_ended(self, stage: Stage) -> None:
        server = stage.server()
        await stage.consumer(server)
        revoke_and_trim(server, "victim")
        await eventually(lambda: server.command("GET", LOSS_KEY) is not None)
        loop = asyncio.get_running_loop()
        start = loop.time()
        await stage.replica(server, max_mandate_lifetime_ms=1_500)
        assert loop.time() - start > 1.45

    async def case_is_noticed_by_one_that_starts_later(self, stage: Stage) -> None:
        server = stage.server()
        await have_marked(server, stage)
        revoke(server, "victim")
        server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        newcomer, _ = starting(stage, server)
        # Before any consumer has come, and after it.
        await lost(newcomer)
        await stage.consumer(server)
        await eventually(lambda: server.command("GET", LOSS_KEY) is not None)
        await asyncio.sleep(0.5)
        assert newcomer.answer("victim") == "events_lost"

    async def case_is_in_no_key_while_a_consumer_has_it_in_hand(self, stage: Stage) -> None:
        server = stage.server()
        await have_marked(server, stage)
        revoke(server, "victim")
        server.command("XGROUP", "CREATE", REVOCATIONS, GROUP, "0")
        read = ("XREADGROUP", "GROUP", GROUP, "consumer", "STREAMS", REVOCATIONS, ">")
        server.command(*read)
        held = server.command("XPENDING", REVOCATIONS, GROUP)["min"]
        server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        newcomer, _ = starting(stage, server)
        await lost(newcomer)
        server.command("SET", f"{PREFIX}victim", "1", "PX", "600000")
        server.command("XACK", REVOCATIONS, GROUP, held)
        await newcomer.revoked("victim")


class TestMadeGood:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_one_that_has_read_it_goes_on_and_takes_the_note_back(self, stage: Stage) -> None:
        server = stage.server()
        elder = await stage.replica(server)
        revoke(server, "victim")
        await elder.revoked("victim")
        server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        newcomer, _ = starting(stage, server)
        # Nobody says so yet.
        await lost(newcomer)
        # The consumer that comes now has lost the event, and notes it; the elder knows it.
        consumer = await stage.consumer(server)
        assert consumer.health().loss == "stream_trimmed"
        await newcomer.revoked("victim")
        await eventually(lambda: server.command("GET", LOSS_KEY) is None)
        assert server.command("GET", f"{PREFIX}victim") == "1"
        health = elder.replica.health()
        assert (health.ready, health.resynchronisations) == (True, 0)
        await eventually(lambda: consumer.health().ready)

    async def case_a_note_that_was_not_seen_before_stays(self, stage: Stage) -> None:
        server = stage.server()
        await have_marked(server, stage)
        server.command("SET", LOSS_KEY, "stream_trimmed long ago")
        running, _ = starting(stage, server)
        await lost(running)
        await asyncio.sleep(0.5)
        assert server.command("GET", LOSS_KEY) == "stream_trimmed long ago"

    async def case_of_an_emptied_redis_newcomers_are_told(self, stage: Stage) -> None:
        server = stage.server()
        elder = await stage.replica(server)
        consumer = await stage.consumer(server)
        revoke(server, "session")
        await elder.revoked("session")
        server.command("FLUSHALL")
        await eventually(lambda: consumer.health().loss == "history_lost")
        newcomer = await stage.replica(server, adopt_unmarked_after_ms=60_000)
        assert newcomer.answer("session") == "revoked"
        assert elder.replica.ready
        # It stays for those on the shared store.
        assert str(server.command("GET", LOSS_KEY)).startswith("history_lost")


class TestHostile:
    async def test_all(self, stage: Stage) -> None:
        await together(self, stage)

    async def case_any_id_costs_nothing_but_its_entry(self, stage: Stage) -> None:
        highest = "18446744073709551615-18446744073709551615"
        ids = (highest, "9007199254740993000-0", "9007199254740993001-9007199254740993001")
        await asyncio.gather(*(self._add(stage, entry_id) for entry_id in ids))

    async def _add(self, stage: Stage, entry_id: str) -> None:
        server = stage.server()
        running, consumer = await stage.replica(server), await stage.consumer(server)
        revoke(server, "before")
        await running.revoked("before")
        server.command("XADD", REVOCATIONS, entry_id, "x", "y")
        await eventually(lambda: consumer.health().dead_letters == 1)
        await asyncio.sleep(1)
        await eventually(lambda: running.replica.ready and consumer.health().ready)
        health = running.replica.health()
        assert (health.ignored_events, health.resynchronisations) == (1, 0)
        assert consumer.health().dead_letters == 1
        newcomer = await stage.replica(server)
        assert newcomer.answer("before") == "revoked"
        # Nothing may come behind the highest id but after the stream is deleted, which is a loss.
        server.command("DEL", REVOCATIONS)
        await running.begun_anew("stream_older")
        revoke(server, "after")
        for each in (running, newcomer):
            await each.revoked("after")
        await eventually(lambda: consumer.health().applied == 2)

    async def case_20_mb_are_sent_to_nobody(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server, **PATIENT)
        server.command("XADD", REVOCATIONS, "*", "session_id", "v" * 20_000_000)
        revoke(server, "after")
        await running.revoked("after")

        def sent() -> int:
            count: int = server.command("INFO", "stats")["total_net_output_bytes"]
            return count

        before = sent()
        newcomer = await stage.replica(server, **PATIENT)
        assert newcomer.answer("after") == "revoked"
        assert sent() - before < 1_000_000

    async def case_a_marker_that_is_no_text_is_one_all_the_same(self, stage: Stage) -> None:
        server = stage.server()
        running = await stage.replica(server)
        revoke(server, "session")
        await running.revoked("session")
        marker = f"caracal:revoked:history:{{{REVOCATIONS}}}"
        server.command("SET", marker, b"\xff\xfe\x00\x80" * 100)
        await running.begun_anew("history_changed")
        # Now something is lacking, so that the marker has to be changed.
        server.command("DEL", f"{PREFIX}session", REVOCATIONS)
        await running.begun_anew("stream_older", 2)
        await asyncio.sleep(0.5)
        health = running.replica.health()
        assert (health.ready, health.resynchronisations) == (True, 2)
        assert server.command("GET", f"{PREFIX}session") == "1"
        assert re.fullmatch(r"[0-9a-f-]{36}", server.command("GET", marker))

    async def case_keys_that_redis_has_dropped_are_written_again(self, stage: Stage) -> None:
        server = stage.server()
        elder, consumer = await stage.replica(server), await stage.consumer(server)
        names = [f"session-{number}" for number in range(20)]
        revoke(server, *names)
        await elder.revoked(*names)
        await eventually(lambda: consumer.health().applied == 20)
        server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        # Other programs bring such a server about, and put it right before anybody has asked.
        setting = ("CONFIG", "SET", "maxmemory-policy")
        server.command(*setting, "volatile-ttl", "maxmemory", "1mb")
        with pytest.raises(redis.RedisError):
            server.command("SET", "foo", "bar")
        server.command(*setting, "noeviction", "maxmemory", "0")
        assert server.command("INFO", "stats")["evicted_keys"] > 0
        await elder.begun_anew("keys_evicted")
        for name in names:
            assert server.command("GET", f"{PREFIX}{name}") == "1"
        newcomer = await stage.replica(server)
        assert newcomer.answer("session-0") == "revoked"
