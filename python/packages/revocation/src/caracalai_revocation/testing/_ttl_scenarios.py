"""Lifetimes of anchors."""

import time
from functools import partial
from typing import cast

from .._revocation_store import RevocationStore
from ._assertions import eventually, expect_failure, expect_same, settled
from ._bad_arguments import BAD_TTLS
from ._scenario import LONG_TTL_MS, Pace, Scenario, past_short_ttl


async def _default(store: RevocationStore, pace: Pace) -> None:
    await settled(store.mark_revoked("session"))
    await past_short_ttl(pace)
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked, without a TTL")


async def _ends(store: RevocationStore, pace: Pace) -> None:
    async def ended() -> bool:
        return not await settled(store.is_revoked("session"))

    start = time.monotonic()
    await settled(store.mark_revoked("session", pace.short_ttl_ms))
    await eventually(ended, pace.deadline_ms, "the end of an entry with a short TTL")
    # Another machine's clock may tick in whole milliseconds: hence the tenth.
    early = (time.monotonic() - start) * 1_000 < 0.9 * pace.short_ttl_ms
    expect_same(early, False, "whether the entry ended early")


async def _again(store: RevocationStore, pace: Pace) -> None:
    await settled(store.mark_revoked("session", pace.short_ttl_ms))
    await past_short_ttl(pace)
    await settled(store.mark_revoked("session"))
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked of one marked again")


async def _shorter(store: RevocationStore, pace: Pace) -> None:
    await settled(store.mark_revoked("explicit", LONG_TTL_MS))
    await settled(store.mark_revoked("explicit", pace.short_ttl_ms))
    await settled(store.mark_revoked("default"))
    await settled(store.mark_revoked("default", pace.short_ttl_ms))
    await past_short_ttl(pace)
    expect_same(await settled(store.is_revoked("explicit")), True, "is_revoked, long then short")
    expect_same(await settled(store.is_revoked("default")), True, "is_revoked, default then short")


async def _longer(store: RevocationStore, pace: Pace) -> None:
    await settled(store.mark_revoked("explicit", pace.short_ttl_ms))
    await settled(store.mark_revoked("explicit", LONG_TTL_MS))
    await settled(store.mark_revoked("default", pace.short_ttl_ms))
    await settled(store.mark_revoked("default"))
    await past_short_ttl(pace)
    expect_same(await settled(store.is_revoked("explicit")), True, "is_revoked, short then long")
    expect_same(await settled(store.is_revoked("default")), True, "is_revoked, short then default")


async def _fraction(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_revoked("session", LONG_TTL_MS + 0.5))
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked, with a fraction")


async def _bad_ttls(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_revoked("marked"))
    for ttl in BAD_TTLS:
        what = f"mark_revoked with a bad TTL of type {type(ttl).__name__} ({str(ttl)[:20]})"
        for anchor in ("marked", "unmarked"):
            mark = partial(store.mark_revoked, anchor, cast("float", ttl))
            await expect_failure(mark, ValueError, what)
        expect_same(await settled(store.is_revoked("marked")), True, f"a marked one after {what}")
        unmarked = await settled(store.is_revoked("unmarked"))
        expect_same(unmarked, False, f"an unmarked anchor after {what}")


TTL_SCENARIOS = (
    Scenario("an entry marked without a TTL outlives a short one", _default),
    Scenario("an entry ends with its TTL and not before", _ends),
    Scenario("an anchor whose entry has ended can be revoked again", _again),
    Scenario("a shorter TTL never ends an entry earlier", _shorter),
    Scenario("a longer TTL extends an entry", _longer),
    Scenario("a TTL with a fraction is taken", _fraction),
    Scenario("a TTL that is none is refused with a ValueError and changes nothing", _bad_ttls),
)
