"""Instances of both languages on one Redis agree."""

import asyncio
import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from caracalai_revocation import AnchorRevoked, RevocationQuery
from caracalai_revocation.redis import (
    InvalidEventError,
    RedisDelegationConsumer,
    RedisRevocationConsumer,
    RedisRevocationReplica,
    RedisRevocationStore,
    create_event_verifier,
    parse_delegation_event,
    parse_revocation_event,
    sign_event,
)
from caracalai_revocation.redis._commands.script import Script
from caracalai_revocation.redis._consumer import scripts as consumer_scripts
from caracalai_revocation.redis._replica import scripts as replica_scripts
from caracalai_revocation.redis._store import scripts as store_scripts
from support.events import (
    DELEGATIONS,
    KEY,
    OLD_KEY,
    REVOCATIONS,
    eventually,
    raise_epoch,
    revocation,
    revoke,
    signed,
)
from support.redis_peer import redis_peer
from support.redis_server import RedisServer

PROGRAM = Path(__file__).parent / "support" / "redis_scripts.mjs"


async def test_what_one_marks_the_other_sees(redis_server: RedisServer, redis: Redis) -> None:
    store = RedisRevocationStore(redis=redis, read_timeout_ms=2_000)
    anchors = ["plain", "caf\u00e9", "\U0001f511", "delegation-epoch:zone", "session\n"]
    async with redis_peer(redis_server) as peer:
        for anchor in anchors:
            await store.mark_revoked(f"python {anchor}")
            await peer.do("mark", f"node {anchor}")
            for name in (f"python {anchor}", f"node {anchor}"):
                assert await store.is_revoked(name)
                assert (await peer.do("check", [name]))["revoked"] is True
        await store.mark_delegation_epoch("zone", 7)
        await peer.do("raise", "zone", 5)
        await peer.do("raise", "other", 2**53 - 1)
        await store.mark_delegation_epoch("other", 9)
        for zone, epoch in (("zone", 7), ("other", 2**53 - 1)):
            assert await store.current_delegation_epoch(zone) == epoch
            assert (await peer.do("check", [], zone))["delegationEpoch"] == epoch
        # Neither shortens what the other has marked.
        await store.mark_revoked("long")
        await peer.do("mark", "long", 1)
        await peer.do("mark", "longer")
        await store.mark_revoked("longer", 1)
        for name in ("long", "longer"):
            assert redis_server.command("PTTL", f"caracal:revoked:sessions:{name}") > 80_000_000
        # The reserved name, which each keeps elsewhere.
        await store.mark_revoked("delegation-epoch:reserved")
        assert (await peer.do("check", ["delegation-epoch:reserved"]))["revoked"] is True


async def test_one_group_is_shared_by_consumers_of_both(
    redis_server: RedisServer, redis: Redis
) -> None:
    store = RedisRevocationStore(redis=redis, read_timeout_ms=2_000)
    python = RedisRevocationConsumer(redis=redis, store=store, signature_keys=[KEY])
    epochs = RedisDelegationConsumer(redis=redis, store=store, signature_keys=[KEY])
    async with redis_peer(redis_server) as peer:
        await peer.do("start", "revocations")
        await python.start()
        names = [f"session-{number}" for number in range(60)]
        for name in names:
            fields = {"session_id": name, "reason": "test"}
            signature = await peer.do("sign", REVOCATIONS, fields)
            assert signature == sign_event(REVOCATIONS, fields, KEY)
            redis_server.add(REVOCATIONS, {**fields, "_sig": signature})

        async def all_applied() -> bool:
            node: dict[str, Any] = await peer.do("health", "revocations")
            return bool(python.health().applied + node["applied"] == len(names))

        await eventually(all_applied)
        state = await store.check(RevocationQuery(names))
        assert state.revoked
        for name in names:
            assert await store.is_revoked(name)

        # What the one held when it ended, the other takes over.
        await python.stop()
        revoke(redis_server, "held")
        await redis.xreadgroup("resource-revocation", "dead python", {REVOCATIONS: ">"})

        async def taken_over() -> bool:
            return await store.is_revoked("held")

        await eventually(taken_over)

        await epochs.start()
        raise_epoch(redis_server, "zone", 3)
        await eventually(lambda: epochs.health().applied == 1)
        await epochs.stop()
        # A loss that the one notes, the other knows of.
        redis_server.command(
            "SET", "{caracal.sessions.revoke}.loss.resource-revocation", "stream_trimmed"
        )

        async def knows_of_the_loss() -> bool:
            return bool((await peer.do("health", "revocations")).get("loss") == "stream_trimmed")

        await eventually(knows_of_the_loss)


async def test_replicas_of_both_understand_each_others_markers(
    redis_server: RedisServer, redis: Redis
) -> None:
    async with redis_peer(redis_server) as peer:
        # The first one marks a new Redis; the other one need not watch it for an hour.
        python = RedisRevocationReplica(
            redis=redis, signature_keys=[KEY], adopt_unmarked_after_ms=0, settle_ms=100
        )
        await python.start()
        await peer.do("start", "replica")
        revoke(redis_server, "a")
        raise_epoch(redis_server, "zone", 4)

        async def both_know(anchor: str) -> bool:
            try:
                return bool(await peer.do("ask", anchor)) and python.is_revoked(anchor)
            except Exception:  # not ready
                return False

        await eventually(lambda: both_know("a"))
        await eventually(lambda: python.current_delegation_epoch("zone") == 4)
        assert await peer.do("epoch", "zone") == 4

        # Emptied: both write what they know, and agree on a marker.
        redis_server.command("FLUSHALL")
        revoke(redis_server, "b")

        async def both_are_back() -> bool:
            node = await peer.do("health", "replica")
            is_back = node["ready"] and node["resynchronisations"] > 0
            return bool(is_back and python.ready and python.health().resynchronisations > 0)

        await eventually(both_are_back, 30)
        assert await both_know("a")
        assert await both_know("b")
        assert redis_server.command("EXISTS", "caracal:revoked:sessions:a") == 1
        await python.stop()

        # A newcomer of the one language believes the marker of the other.
        await peer.do("stop", "replica")
        newcomer = RedisRevocationReplica(redis=redis, signature_keys=[KEY], settle_ms=100)
        await newcomer.start()
        assert newcomer.is_revoked("a")
        await newcomer.stop()


async def test_what_the_one_has_lost_the_other_makes_good(
    redis_server: RedisServer, redis: Redis
) -> None:
    note = f"{{{REVOCATIONS}}}.loss.resource-revocation"
    options: dict[str, Any] = {"redis": redis, "signature_keys": [KEY], "settle_ms": 100}
    async with redis_peer(redis_server) as peer, redis_peer(redis_server) as newcomer:
        # A replica has read what consumers of the other language were never given.
        elder = RedisRevocationReplica(**options, adopt_unmarked_after_ms=0)
        await elder.start()
        revoke(redis_server, "victim")
        await eventually(lambda: elder.is_revoked("victim"))
        redis_server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        await peer.do("start", "revocations")
        assert (await peer.do("health", "revocations"))["loss"] == "stream_trimmed"
        await eventually(lambda: redis_server.command("GET", note) is None)
        await newcomer.do("start", "replica")
        assert await newcomer.do("ask", "victim") is True
        await elder.stop()

        # And the other way round.
        await peer.do("stop", "revocations")
        revoke(redis_server, "another")

        async def is_known() -> bool:
            return bool(await newcomer.do("ask", "another"))

        await eventually(is_known)
        redis_server.command("XTRIM", REVOCATIONS, "MAXLEN", "0")
        store = RedisRevocationStore(redis=redis, read_timeout_ms=2_000)
        consumer = RedisRevocationConsumer(redis=redis, store=store, signature_keys=[KEY])
        await consumer.start()
        assert consumer.health().loss == "stream_trimmed"
        await eventually(lambda: redis_server.command("GET", note) is None)
        later = RedisRevocationReplica(**options)
        await later.start()
        assert later.is_revoked("another")
        await asyncio.gather(later.stop(), consumer.stop())


def cases() -> list[tuple[str, str, list[str | bytes]]]:
    """Events that are right, wrong and damaged, in the order that Redis gives their parts."""
    good = revocation("session")
    epoch = signed(DELEGATIONS, {"zone_id": "zone", "epoch": "12", "event": "edge_revoke"})
    texts = ["", "\u00e9", "\U0001f511" * 8_193, "x" * 16_385, "\ufeffx", "\x85", "a=b", "\ud800"]
    flat: list[list[Any]] = [
        [],
        ["a"],
        [part for field in good.items() for part in field],
        [part for field in epoch.items() for part in field],
        [part for field in revocation("session", OLD_KEY).items() for part in field],
        [part.encode() for field in good.items() for part in field],
        ["session_id", "a", "session_id", "b"],
        ["session_id", b"\xff"],
        [b"\xef\xbb\xbfsession_id", "a"],
        ["x" * 65, "a"],
        *(["session_id", "a", "_sig", text] for text in ("", "A" * 64, "a" * 63, "a" * 64)),
        [part for number in range(65) for part in (f"name{number}", "value")],
        ["session_id", "x" * 262_144],
        ["session_id", "a", "reason", "\u20ac" * 200_000],
    ]
    for text in texts:
        for name in ("session_id", "zone_id", "edge_id", "epoch"):
            fields = {name: text, "zone_id": "zone"} if name != "zone_id" else {name: text}
            try:
                flat.append([it for field in signed(REVOCATIONS, fields).items() for it in field])
                extra = {"epoch": "3", **fields}
                flat.append([it for field in signed(DELEGATIONS, extra).items() for it in field])
            except InvalidEventError:
                flat.append([it for field in fields.items() for it in field])
    for number in ("0", "00", "-1", "1.0", "1e3", "9007199254740991", "9007199254740992", "\u0663"):
        fields = {"zone_id": "zone", "epoch": number}
        flat.append([it for field in signed(DELEGATIONS, fields).items() for it in field])
    both = (("revocations", REVOCATIONS), ("delegations", DELEGATIONS))
    return [(name, stream, parts) for name, stream in both for parts in flat]


async def test_both_read_events_alike(redis_server: RedisServer) -> None:
    parsers = {"revocations": parse_revocation_event, "delegations": parse_delegation_event}
    async with redis_peer(redis_server) as peer:
        seen = set()
        for name, stream, parts in cases():
            verify = create_event_verifier(stream, signature_keys=[KEY])
            mine: Any
            try:
                mine = [
                    {"kind": "anchor", "anchor": event.anchor}
                    if isinstance(event, AnchorRevoked)
                    else {"kind": "epoch", "zoneId": event.zone_id, "epoch": event.epoch}
                    for event in parsers[name](parts, verify)
                ]
            except InvalidEventError as error:
                mine = error.problem
            encoded = [
                part if isinstance(part, str) else [base64.b64encode(part).decode()]
                for part in parts
            ]
            assert await peer.do("parse", name, stream, encoded) == mine, str(parts)[:200]
            seen.add(mine if isinstance(mine, str) else mine[0]["kind"])
        assert seen >= {
            *("anchor", "epoch", "malformed", "too_large", "not_utf8", "control_character"),
            *("field_name", "duplicate_field", "unsigned", "wrong_signature", "no_anchor"),
            *("no_zone", "no_epoch"),
        }


def test_scripts_are_the_same_text() -> None:
    done = subprocess.run(
        ["node", str(PROGRAM)], capture_output=True, text=True, check=True, timeout=60
    )
    theirs = {
        where: {name: (it["source"], it["sha1"]) for name, it in scripts.items()}
        for where, scripts in json.loads(done.stdout).items()
    }
    mine = {"store": store_scripts, "consumer": consumer_scripts, "replica": replica_scripts}
    assert {where: scripts_of(module) for where, module in mine.items()} == theirs


def scripts_of(module: Any) -> dict[str, tuple[str, str]]:
    found = {name: it for name, it in vars(module).items() if isinstance(it, Script)}
    return {name: (it.source, it.sha1) for name, it in found.items()}


def test_the_check_vector_of_the_wire_format() -> None:
    fields = {"action": "transfer", "amount": "100"}
    signature = "c06ccc579e026c31a97a04f203981b236a3c88041712e9b46242e8762da23d75"
    assert sign_event("audit:events", fields, KEY) == signature
