"""Many marks, and marks at the same time."""

import asyncio
from collections.abc import Callable, Sequence

from .._maybe_awaitable import MaybeAwaitable, T
from .._revocation_store import RevocationStore
from ._assertions import expect_same, settled
from ._scenario import LONG_TTL_MS, Pace, Scenario, past_short_ttl

_BATCH = 500


async def _many(store: RevocationStore, pace: Pace) -> None:
    marked = [f"session-{index}" for index in range(pace.many_anchors)]
    unmarked = [f"{anchor}x" for anchor in marked]
    await _in_batches(marked, store.mark_revoked)
    revoked = await _count_revoked(store, marked)
    expect_same(revoked, pace.many_anchors, "anchors marked and revoked")
    expect_same(await _count_revoked(store, unmarked), 0, "anchors not marked and yet revoked")


async def _same_anchor(store: RevocationStore, pace: Pace) -> None:
    ttls = [LONG_TTL_MS if index == 10 else pace.short_ttl_ms for index in range(20)]
    await asyncio.gather(*(settled(store.mark_revoked("session", ttl)) for ttl in ttls))
    await past_short_ttl(pace)
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked after many marks")


async def _same_zone(store: RevocationStore, _: Pace) -> None:
    epochs = [index * 7 % 50 + 1 for index in range(50)]
    marks = (settled(store.mark_delegation_epoch("zone", epoch)) for epoch in epochs)
    await asyncio.gather(*marks)
    epoch = await settled(store.current_delegation_epoch("zone"))
    expect_same(epoch, 50, "epoch after concurrent marks")


async def _count_revoked(store: RevocationStore, anchors: Sequence[str]) -> int:
    answers = await _in_batches(anchors, store.is_revoked)
    return sum(1 for answer in answers if answer is True)


async def _in_batches(
    anchors: Sequence[str], action: Callable[[str], MaybeAwaitable[T]]
) -> list[T]:
    results: list[T] = []
    for start in range(0, len(anchors), _BATCH):
        batch = anchors[start : start + _BATCH]
        results += await asyncio.gather(*(settled(action(anchor)) for anchor in batch))
    return results


LOAD_SCENARIOS = (
    Scenario("many anchors are all revoked, and no others", _many),
    Scenario("concurrent marks of one anchor leave the longest lifetime", _same_anchor),
    Scenario("concurrent marks of one zone leave the highest epoch", _same_zone),
)
