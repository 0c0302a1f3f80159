"""What a scenario is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from .._revocation_store import RevocationStore

LONG_TTL_MS = 600_000
"""Ends long after every scenario."""


class Pace(NamedTuple):
    """How long the suite waits, and how much it asks for."""

    short_ttl_ms: float
    deadline_ms: float
    many_anchors: int


class Scenario(NamedTuple):
    """One thing that a store has to get right, tried on an empty store."""

    name: str
    play: Callable[[RevocationStore, Pace], Awaitable[None]]


async def past_short_ttl(pace: Pace) -> None:
    """Waits until an entry marked with the short TTL has ended for certain."""
    await asyncio.sleep((1.5 * pace.short_ttl_ms + 10) / 1_000)
