"""The permissions that the README names are enough, and none is too many."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from redis.asyncio import Redis

from caracalai_revocation.redis import (
    ConfigurationError,
    RedisRevocationConsumer,
    RedisRevocationReplica,
    RedisRevocationStore,
    RedisStoreError,
    ReplicaNotReadyError,
    require_safe_server,
)
from support.events import KEY, eventually, signed
from support.redis_server import RedisServer

README = Path(__file__).parents[1] / "packages" / "revocation" / "README.md"
FOUND = re.search(
    r"The permissions that a consumer needs: (.*?) on the keys.*?; a replica: (.*?); beside those"
    r" that the client asks for itself \((.*?)\)",
    README.read_text(),
)
assert FOUND is not None
OF_CONSUMERS, OF_REPLICAS, OF_THE_CLIENT = (
    [name.lower() for name in re.findall(r"`([A-Z]+)`", listed)] for listed in FOUND.groups()
)


class User:
    """One that may do some things, to the keys of a name of its own."""

    def __init__(self, server: RedisServer, number: int, commands: Sequence[str]) -> None:
        self.server = server
        self.prefix = f"caracal{number}:"
        self.streams = f"caracal{number}.revoke", f"caracal{number}.invalidate"
        allowed = [f"+{name}" for name in (*OF_THE_CLIENT, *commands)]
        pattern = f"~*caracal{number}[.:]*"
        user = ("ACL", "SETUSER", f"user{number}", "reset", "on", ">secret-password", pattern)
        server.command(*user, *allowed)
        self.client = Redis.from_url(
            server.url, username=f"user{number}", password="secret-password"
        )


async def replica_says(user: User) -> str | None:
    """What goes wrong when a replica starts, marks, is joined by another, and answers a loss."""
    server, stream = user.server, user.streams[0]
    for name, group in zip(user.streams, ("one", "other"), strict=True):
        # A consumer has it in hand.
        server.command("XADD", name, "*", "poison", "x")
        server.command("XGROUP", "CREATE", name, group, "0")
        server.command("XREADGROUP", "GROUP", group, "consumer", "STREAMS", name, ">")

    def create() -> RedisRevocationReplica:
        return RedisRevocationReplica(
            redis=user.client,
            signature_keys=[KEY],
            adopt_unmarked_after_ms=0,
            settle_ms=0,
            start_timeout_ms=2_500,
            key_prefix=user.prefix,
            revocation_stream=stream,
            delegation_stream=user.streams[1],
            revocation_group="one",
            delegation_group="other",
        )

    first, second = create(), create()
    note = f"{{{stream}}}.loss.one"
    try:
        await first.start()
        await first.mark_revoked("session")
        await first.mark_revoked("session")
        await first.mark_delegation_epoch("zone", 1)
        await second.start()
        server.command("SET", note, "stream_trimmed of what was read")

        def is_answered() -> bool:
            return first.health().last_error is not None or server.command("GET", note) is None

        await eventually(is_answered)
    except (ReplicaNotReadyError, RedisStoreError) as error:
        return f"{error} {first.health().last_error}"
    finally:
        await asyncio.gather(first.stop(), second.stop())
    return first.health().last_error


async def consumer_says(user: User) -> str | None:
    """What goes wrong when a consumer starts, sets aside, writes, and ends."""
    store = RedisRevocationStore(redis=user.client, key_prefix=user.prefix)
    stream = user.streams[0]
    consumer = RedisRevocationConsumer(
        redis=user.client,
        store=store,
        signature_keys=[KEY],
        stream=stream,
        start_timeout_ms=2_500,
    )
    try:
        await require_safe_server(user.client)
        await consumer.start()
        user.server.add(stream, {"poison": "x"})
        user.server.add(stream, signed(stream, {"session_id": "session-1"}))
        await eventually(lambda: consumer.health().applied == 1 or is_stuck(consumer))
        await eventually(lambda: consumer.health().dead_letters == 1 or is_stuck(consumer))
    except (ConfigurationError, RedisStoreError) as error:
        return str(error)
    finally:
        await consumer.stop()
    last = consumer.health().last_error
    return None if last is None else last.message


def is_stuck(consumer: RedisRevocationConsumer) -> bool:
    return consumer.health().last_error is not None


async def test_they_are_enough(redis_server: RedisServer) -> None:
    assert len(OF_CONSUMERS) > 10
    assert len(OF_REPLICAS) > 10
    user = User(redis_server, 1, OF_REPLICAS)
    assert await replica_says(user) is None
    await user.client.aclose()
    user = User(redis_server, 2, OF_CONSUMERS)
    assert await consumer_says(user) is None
    await user.client.aclose()


async def test_without_one_of_them_that_shows(redis_server: RedisServer) -> None:
    async def without(number: int, missing: str) -> str | None:
        user = User(redis_server, number, [it for it in OF_REPLICAS if it != missing])
        try:
            return await replica_says(user)
        finally:
            await user.client.aclose()

    # EVAL is for a server that does not know the scripts yet, and they are the same for all.
    lacking = [name for name in OF_REPLICAS if name != "eval"]
    said = await asyncio.gather(*(without(100 + at, name) for at, name in enumerate(lacking)))
    shown = dict(zip(lacking, said, strict=True))
    assert [name for name, it in shown.items() if it is None] == []
    assert not re.search("secret|session", str(said))
    # What a permission is lacking for is told, and not only that something went wrong.
    assert "lacks a permission" in (shown["xrange"] or "")


async def test_what_a_consumer_lacks_shows_at_once(redis_server: RedisServer) -> None:
    for number, (missing, says) in enumerate(
        (("info", "does not permit"), ("xreadgroup", "lacks a permission"), ("xadd", "NOPERM"))
    ):
        user = User(redis_server, number, [it for it in OF_CONSUMERS if it != missing])
        said = await consumer_says(user)
        assert says in (said or "")
        assert "secret" not in (said or "")
        await user.client.aclose()
