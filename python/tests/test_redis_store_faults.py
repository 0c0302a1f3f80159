"""The faults of a Redis, with the shared store behind a verifier: 503, or still right."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from redis import exceptions as redis_exceptions
from redis.asyncio import Redis

from caracalai_revocation import RevocationQuery, RevocationState, RevocationStoreFullError
from caracalai_revocation.redis import (
    ConfigurationError,
    RedisRevocationConsumer,
    RedisRevocationStore,
    RedisStoreError,
    require_safe_server,
)
from caracalai_revocation.redis._commands.redis_access import RedisAccess
from caracalai_revocation.redis._store.require_safe_server import require_safe_primary
from support.events import KEY, REVOCATIONS, eventually, revoke
from support.patient_store import patient_store
from support.redis_server import RedisServer, redis_client, running_redis
from support.tcp_proxy import tcp_proxy
from support.verifier import token, verifier

CHILD = Path(__file__).parent / "support" / "redis_consumer_child.py"
UNAVAILABLE = "verification_unavailable"


async def judged(store: Any, sid: str = "session") -> str:
    """What a verifier says of a mandate. It is the store whose deadline is tried."""
    judge = verifier(revocations=store, revocation_timeout_ms=10_000)
    result = await judge.authenticate(token(sid=sid))
    return "ok" if result.ok else result.error.code


async def test_a_verifier_with_the_shared_store(redis: Redis) -> None:
    store = patient_store(redis)
    assert await judged(store) == "ok"
    await store.mark_revoked("session")
    assert await judged(store) == "session_revoked"


async def test_all_anchors_and_the_epoch_are_one_round_trip(
    redis_server: RedisServer, redis: Redis
) -> None:
    store = patient_store(redis)
    query = RevocationQuery(["a", "b", "c", "delegation-epoch:x"], "zone")
    await store.check(query)
    before = redis_server.command("INFO", "commandstats")["cmdstat_evalsha"]["calls"]
    await store.check(query)
    stats = redis_server.command("INFO", "commandstats")
    assert stats["cmdstat_evalsha"]["calls"] == before + 1
    assert "cmdstat_mget" not in stats


async def test_frozen(redis_server: RedisServer, redis: Redis) -> None:
    store = RedisRevocationStore(redis=redis)
    await store.mark_revoked("session")
    redis_server.freeze()
    answers = await asyncio.wait_for(
        asyncio.gather(*(judged(store) for _ in range(50)), judged(store, "other")), 10
    )
    assert set(answers) == {UNAVAILABLE}
    with pytest.raises(RedisStoreError, match="within 200 ms") as caught:
        await store.is_revoked("session")
    assert caught.value.problem == "timeout"
    redis_server.thaw()
    await eventually(lambda: is_answer(store, "session", "session_revoked"))
    assert await judged(store, "other") == "ok"


async def is_answer(store: Any, sid: str, expected: str) -> bool:
    return await judged(store, sid) == expected


async def test_killed_and_back_with_its_data() -> None:
    with running_redis(persistent=True) as server:
        async with redis_client(server) as redis:
            store = patient_store(redis)
            await store.mark_revoked("session")
            server.kill()
            assert await judged(store) == UNAVAILABLE
            server.start()
            # Its scripts are gone, and sent anew.
            assert await judged(store) == "session_revoked"
            assert await judged(store, "other") == "ok"


async def test_down_from_the_start_and_when_it_is_overloaded() -> None:
    async with tcp_proxy_to_nothing() as redis:
        store = RedisRevocationStore(redis=redis, max_pending_commands=2)
        assert await judged(store) == UNAVAILABLE
        with pytest.raises(RedisStoreError) as caught:
            await store.mark_revoked("session")
        assert caught.value.problem in ("connection", "timeout")

    async def hang(*_: object) -> object:
        return await asyncio.sleep(60, None)

    store = RedisRevocationStore(redis=hang, max_pending_commands=2, read_timeout_ms=50)
    results = await asyncio.gather(
        *(store.is_revoked("a") for _ in range(3)), return_exceptions=True
    )
    problems = [result.problem for result in results if isinstance(result, RedisStoreError)]
    assert problems == ["timeout", "timeout", "overloaded"]


def tcp_proxy_to_nothing() -> Any:
    class Nothing:
        url = "redis://127.0.0.1:1"

    return redis_client(Nothing())


async def test_slow_and_cut_off(redis_server: RedisServer) -> None:
    async with tcp_proxy(redis_server) as proxy, redis_client(proxy) as redis:
        store = RedisRevocationStore(redis=redis)
        await store.mark_revoked("session")
        proxy.delay_seconds = 0.3
        assert await judged(store) == UNAVAILABLE
        proxy.delay_seconds = 0
        proxy.cut()
        assert await judged(store) == "session_revoked"
        proxy.hold()
        reading = asyncio.create_task(judged(store))
        await asyncio.sleep(0.05)
        proxy.cut()
        assert await reading == UNAVAILABLE
        proxy.release()
        assert await judged(store) == "session_revoked"


async def test_not_the_primary_any_more(redis_server: RedisServer, redis: Redis) -> None:
    store = patient_store(redis)
    with running_redis() as primary:
        redis_server.replicate(primary)
        assert await judged(store) == UNAVAILABLE
        with pytest.raises(RedisStoreError) as caught:
            await store.mark_revoked("session")
        assert (caught.value.problem, caught.value.redis_code) == ("refused", "READONLY")
        with pytest.raises(ConfigurationError, match="is a replica"):
            await require_safe_server(redis)


async def test_a_primary_that_has_lost_its_replicas(
    redis_server: RedisServer, redis: Redis
) -> None:
    redis_server.command("CONFIG", "SET", "min-replicas-to-write", "1")
    assert await judged(patient_store(redis)) == UNAVAILABLE


async def test_out_of_memory() -> None:
    with running_redis() as server:
        async with redis_client(server) as redis:
            store = patient_store(redis)
            await store.mark_revoked("session")
            server.command("CONFIG", "SET", "maxmemory", "1")
            assert await judged(store) == "session_revoked"
            assert await judged(store, "other") == "ok"
            for mark in (store.mark_revoked("other"), store.mark_delegation_epoch("zone", 1)):
                with pytest.raises(RevocationStoreFullError, match="not stored"):
                    await mark
            assert await judged(store, "other") == "ok"


@pytest.mark.parametrize(
    ("key", "write"),
    [
        ("sessions:session", ("SET", "0")),
        ("sessions:session", ("SET", "")),
        ("sessions:session", ("LPUSH", "1")),
        ("sessions:delegation-epoch:zone", ("SET", "01")),
        ("sessions:delegation-epoch:zone", ("SET", "9007199254740992")),
        ("sessions:delegation-epoch:zone", ("SADD", "1")),
    ],
    ids=str,
)
async def test_what_is_no_answer_is_none(
    shared_redis: RedisServer, key: str, write: tuple[str, str]
) -> None:
    prefix = f"odd:{key}:{write}:".replace("\n", "")
    async with redis_client(shared_redis) as redis:
        store = patient_store(redis, key_prefix=prefix)
        shared_redis.command(write[0], f"{prefix}{key}", write[1])
        with pytest.raises(RedisStoreError) as caught:
            await store.check(RevocationQuery(["session"], "zone"))
        assert caught.value.problem in ("reply", "refused")
        if write[1] in ("9007199254740992", "SADD"):
            # It may stand for a higher one.
            with pytest.raises(RedisStoreError):
                await store.mark_delegation_epoch("zone", 5)
        elif write[0] == "SET":
            # Set right by whoever revokes.
            await store.mark_revoked("session")
            assert await store.is_revoked("session")


@pytest.mark.parametrize(
    "reply", [None, [], [b"1"] * 9, b"1", 1, [1], [[b"1"]], {b"1": 1}, True], ids=repr
)
async def test_replies_of_another_shape(reply: Any) -> None:
    async def command(*_: object) -> object:
        return reply

    store = RedisRevocationStore(redis=command)
    with pytest.raises(RedisStoreError) as caught:
        await store.is_revoked("session")
    assert caught.value.problem == "reply"
    assert await judged(store) == UNAVAILABLE
    if reply != 1:
        with pytest.raises(RedisStoreError):
            await store.mark_revoked("session")


async def test_no_error_of_the_library_is_passed_on() -> None:
    async def command(*_: object) -> object:
        raise OSError("secret-anchor at redis://user:secret@host")

    store = RedisRevocationStore(redis=command)
    with pytest.raises(RedisStoreError) as caught:
        await store.is_revoked("secret-anchor")
    error = caught.value
    assert "secret" not in f"{error} {error!r} {error.__cause__!r}"
    assert error.__suppress_context__


async def test_a_verification_that_is_cancelled_leaves_nothing_behind(redis: Redis) -> None:
    store = patient_store(redis)
    await store.mark_revoked("session")
    for _ in range(50):
        task = asyncio.create_task(judged(store))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
    # No reply is taken for that of another question.
    expected = RevocationState(revoked=False, delegation_epoch=0)
    for _ in range(20):
        assert await store.check(RevocationQuery(["other"], "zone")) == expected
        assert await judged(store) == "session_revoked"


async def test_unfit_servers(redis_server: RedisServer, redis: Redis) -> None:
    await require_safe_server(redis)
    redis_server.command("CONFIG", "SET", "maxmemory", "100mb")
    await require_safe_server(redis)
    redis_server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    with pytest.raises(ConfigurationError, match="evicts keys"):
        await require_safe_server(redis)

    async def old(*_: object) -> object:
        return b"redis_version:6.2.7\r\nrole:master\r\nmaxmemory:0\r\n"

    with pytest.raises(ConfigurationError, match="older than Redis 7"):
        await require_safe_primary(old, 1_000)


async def test_a_login_that_is_refused_is_no_outage(redis_server: RedisServer) -> None:
    redis_server.command("ACL", "SETUSER", "limited", "on", ">right", "~*", "+ping")
    redis_server.command("CONFIG", "SET", "requirepass", "secret")
    for options, code in (
        ({}, "NOAUTH"),
        ({"password": "wrong-secret"}, "WRONGPASS"),
        ({"username": "limited", "password": "right"}, "NOPERM"),
    ):
        async with redis_client(redis_server, **options) as redis:
            with pytest.raises(ConfigurationError, match=code) as caught:
                await require_safe_server(redis)
            assert "secret" not in str(caught.value)
            store = patient_store(redis)
            with pytest.raises(RedisStoreError) as refused:
                await store.is_revoked("session")
            assert (refused.value.problem, refused.value.redis_code) == ("refused", code)
            assert await judged(store) == UNAVAILABLE
    async with redis_client(redis_server, password="secret") as redis:
        await require_safe_server(redis)
        assert await judged(patient_store(redis)) == "ok"


@pytest.mark.parametrize("moment", ["read", "written"])
async def test_a_consumer_killed_before_it_acknowledges(
    redis_server: RedisServer, redis: Redis, moment: str
) -> None:
    revoke(redis_server, "session")
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CHILD), redis_server.url, KEY, moment)
    )
    assert await asyncio.wait_for(child.wait(), 30) == -signal.SIGKILL
    group = redis_server.command("XPENDING", REVOCATIONS, "resource-revocation")
    assert group["pending"] == 1
    store = patient_store(redis)
    assert await store.is_revoked("session") == (moment == "written")
    consumer = RedisRevocationConsumer(
        redis=redis, store=store, signature_keys=[KEY], claim_idle_ms=100
    )
    await consumer.start()
    await eventually(lambda: consumer.health().applied == 1)
    assert await store.is_revoked("session")
    await consumer.stop()


async def test_a_connection_that_is_closed_before_it_is_open_leaves_none_behind(
    redis_server: RedisServer, redis: Redis
) -> None:
    access = RedisAccess(redis)

    def count() -> int:
        return len(redis_server.command("CLIENT", "LIST"))

    before = count()
    for turn in range(24):
        connection = access.connection()
        opening = asyncio.create_task(connection.open())
        for _ in range(turn % 6):
            await asyncio.sleep(0)
        opening.cancel()
        await connection.close()
        await asyncio.wait({opening})
    await eventually(lambda: count() <= before)


async def test_a_connection_of_ones_own_waits_for_no_reply_before_it_sends(
    redis_server: RedisServer,
) -> None:
    async with tcp_proxy(redis_server) as proxy, redis_client(proxy) as redis:
        connection = RedisAccess(redis).connection()
        await connection.open()
        redis_server.freeze()
        before = proxy.bytes_seen
        commands = [connection.command("ECHO", f"{number:04}") for number in range(100)]
        commands.append(connection.command("NONE"))
        replying = asyncio.gather(*commands, return_exceptions=True)
        # None has been answered yet.
        await eventually(lambda: proxy.bytes_seen - before > 100 * len("*2 $4 ECHO $4 0000"))
        redis_server.thaw()
        *echoed, refused = await replying
        assert echoed == [f"{number:04}".encode() for number in range(100)]
        assert "unknown command" in str(refused)
        # One that is given up takes the connection with it: no reply is taken for another one's.
        redis_server.freeze()
        waiting = [asyncio.ensure_future(connection.command("PING")) for _ in range(3)]
        await asyncio.sleep(0.05)
        waiting[1].cancel()
        first, _, last = await asyncio.gather(*waiting, return_exceptions=True)
        redis_server.thaw()
        assert isinstance(first, redis_exceptions.ConnectionError)
        assert isinstance(last, redis_exceptions.ConnectionError)
        with pytest.raises(redis_exceptions.ConnectionError):
            await connection.command("PING")
        await connection.close()


async def test_clients_that_are_none_of_ours() -> None:
    import redis as sync

    for wrong in (None, "redis://localhost", sync.Redis(), Redis, object(), 1):
        with pytest.raises(ConfigurationError):
            # What types forbid has to fail as well.
            RedisRevocationStore(redis=wrong)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="Unknown option"):
        # What types forbid has to fail as well.
        RedisRevocationStore(redis=Redis(), readTimeoutMs=1)  # type: ignore[call-arg]
    for name in ("read_timeout_ms", "write_timeout_ms", "default_ttl_ms", "max_pending_commands"):
        for value in (0, -1, 1.5, True, "1", 2**60):
            options: Any = {"redis": Redis(), name: value}
            with pytest.raises(ConfigurationError, match=name):
                RedisRevocationStore(**options)
