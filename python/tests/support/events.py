"""Events of revocations, as producers publish them, and waiting for what becomes of them."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

from caracalai_revocation.redis import sign_event

from .redis_server import RedisServer

KEY = "0123456789abcdef" * 4
OLD_KEY = "fedcba9876543210" * 4

REVOCATIONS = "caracal.sessions.revoke"
DELEGATIONS = "caracal.delegations.invalidate"


def signed(stream: str, fields: dict[str, str], key: str = KEY) -> dict[str, str]:
    """An event with its signature."""
    return {**fields, "_sig": sign_event(stream, fields, key)}


def revocation(anchor: str, key: str = KEY) -> dict[str, str]:
    """An event that revokes a session."""
    fields = {"zone_id": "zone", "reason": "test", "session_id": anchor}
    return signed(REVOCATIONS, fields, key)


def revoke(server: RedisServer, *anchors: str, key: str = KEY) -> None:
    """Publishes revocations."""
    for anchor in anchors:
        server.add(REVOCATIONS, revocation(anchor, key))


def revoke_as(server: RedisServer, entry_id: str, anchor: str) -> str:
    """Publishes a revocation under a certain id, or `*` for the next one, and gives it back."""
    flat = [part for field in revocation(anchor).items() for part in field]
    added: str = server.command("XADD", REVOCATIONS, entry_id, *flat)
    return added


def raise_epoch(server: RedisServer, zone: str, epoch: int) -> None:
    """Publishes a delegation event."""
    fields = {"event": "edge_revoke", "zone_id": zone, "epoch": str(epoch), "edge_id": "edge"}
    server.add(DELEGATIONS, signed(DELEGATIONS, fields))


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]],
    seconds: float = 30,
    what: str = "",
    pause_seconds: float = 0.01,
) -> None:
    """Waits until a condition holds; raises where it does not in time. A safety net, no measure."""
    deadline = time.monotonic() + seconds
    while True:
        holds = condition()
        if inspect.isawaitable(holds):
            holds = await holds
        if holds:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"Not so within {seconds} s: {what or condition}")
        await asyncio.sleep(pause_seconds)
