"""Delegation epochs."""

import time
from functools import partial
from typing import cast

from .._revocation_store import RevocationStore
from ._assertions import eventually, expect_failure, expect_same, settled
from ._bad_arguments import BAD_EPOCHS, BAD_NAMES, BAD_TTLS
from ._scenario import LONG_TTL_MS, Pace, Scenario, past_short_ttl

_MAX_EPOCH = 2**53 - 1


async def _unknown(store: RevocationStore, _: Pace) -> None:
    await _expect_epoch(store, "zone", 0, "of an unknown zone")


async def _grows(store: RevocationStore, _: Pace) -> None:
    steps = (
        (0, 0),
        (9, 9),
        # Compared as text, 10 is less than 9.
        (10, 10),
        (9, 10),
        (0, 10),
        (10, 10),
        (_MAX_EPOCH, _MAX_EPOCH),
        (_MAX_EPOCH - 1, _MAX_EPOCH),
    )
    for marked, expected in steps:
        await settled(store.mark_delegation_epoch("zone", marked))
        await _expect_epoch(store, "zone", expected, f"after {marked} was marked")


async def _apart(store: RevocationStore, _: Pace) -> None:
    zones = ("zone", "Zone", "zone:", "zone\n", "*", "__proto__", "constructor", "caf\u00e9")
    for index, zone in enumerate(zones):
        await _expect_epoch(store, zone, 0, f"of {zone!r}, not yet marked")
        await settled(store.mark_delegation_epoch(zone, index + 1))
    for index, zone in enumerate(zones):
        await _expect_epoch(store, zone, index + 1, f"of {zone!r}")
        expect_same(await settled(store.is_revoked(zone)), False, "is_revoked of a zone's name")


async def _namesake(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_delegation_epoch("zone", 5))
    await settled(store.mark_revoked("delegation-epoch:zone"))
    await _expect_epoch(store, "zone", 5, "after the anchor was marked")


async def _ends(store: RevocationStore, pace: Pace) -> None:
    async def ended() -> bool:
        return await settled(store.current_delegation_epoch("zone")) == 0

    start = time.monotonic()
    await settled(store.mark_delegation_epoch("zone", 7, pace.short_ttl_ms))
    await eventually(ended, pace.deadline_ms, "the end of an epoch with a short TTL")
    early = (time.monotonic() - start) * 1_000 < 0.9 * pace.short_ttl_ms
    expect_same(early, False, "whether the epoch ended early")


async def _shorter(store: RevocationStore, pace: Pace) -> None:
    await settled(store.mark_delegation_epoch("lower", 5))
    await settled(store.mark_delegation_epoch("lower", 4, pace.short_ttl_ms))
    await settled(store.mark_delegation_epoch("same", 5, LONG_TTL_MS))
    await settled(store.mark_delegation_epoch("same", 5, pace.short_ttl_ms))
    await settled(store.mark_delegation_epoch("higher", 5))
    await settled(store.mark_delegation_epoch("higher", 6, pace.short_ttl_ms))
    await past_short_ttl(pace)
    await _expect_epoch(store, "lower", 5, "after a lower one with a short TTL")
    await _expect_epoch(store, "same", 5, "after the same one with a short TTL")
    await _expect_epoch(store, "higher", 6, "after a higher one with a short TTL")


async def _longer(store: RevocationStore, pace: Pace) -> None:
    for zone, epoch in (("same", 5), ("higher", 6), ("lower", 4)):
        await settled(store.mark_delegation_epoch(zone, 5, pace.short_ttl_ms))
        await settled(store.mark_delegation_epoch(zone, epoch, LONG_TTL_MS))
    await past_short_ttl(pace)
    await _expect_epoch(store, "same", 5, "after the same one with a long TTL")
    await _expect_epoch(store, "higher", 6, "after a higher one with a long TTL")
    # A store that was too slow has seen the 5 end before the 4 came: then 4 is right.
    known = await settled(store.current_delegation_epoch("lower"))
    expect_same(known >= 4, True, "whether a lower epoch with a long TTL is kept")


async def _bad_arguments(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_delegation_epoch("zone", 7))
    for zone in BAD_NAMES:
        mark = partial(store.mark_delegation_epoch, cast("str", zone), 8)
        await expect_failure(mark, TypeError, f"mark_delegation_epoch({zone!r}, 8)")
    for epoch in BAD_EPOCHS:
        mark = partial(store.mark_delegation_epoch, "zone", cast("int", epoch))
        what = f"mark_delegation_epoch with a bad epoch of type {type(epoch).__name__}"
        await expect_failure(mark, ValueError, what)
    for ttl in BAD_TTLS:
        mark = partial(store.mark_delegation_epoch, "zone", 8, cast("float", ttl))
        what = f"mark_delegation_epoch with a bad TTL of type {type(ttl).__name__}"
        await expect_failure(mark, ValueError, what)
    await _expect_epoch(store, "zone", 7, "after marks that were refused")


async def _expect_epoch(store: RevocationStore, zone: str, expected: int, when: str) -> None:
    epoch = await settled(store.current_delegation_epoch(zone))
    expect_same(epoch, expected, f"the epoch {when}")


EPOCH_SCENARIOS = (
    Scenario("a zone that was never marked has epoch 0", _unknown),
    Scenario("a zone's epoch grows and never decreases", _grows),
    Scenario("zones are kept apart, from each other and from anchors", _apart),
    Scenario(
        "an anchor that is named like an epoch's entry does not lower the epoch",
        _namesake,
    ),
    Scenario("an epoch ends with its TTL and not before", _ends),
    Scenario("no mark ends an epoch earlier", _shorter),
    Scenario("a longer TTL extends an epoch", _longer),
    Scenario(
        "what is no zone, no epoch or no TTL is refused and changes nothing",
        _bad_arguments,
    ),
)
