"""The batch check, where a store offers it."""

from .._revocation_store import BatchCheck, RevocationQuery, RevocationStore
from ._assertions import expect_same, settled
from ._scenario import Pace, Scenario, past_short_ttl


async def _empty(store: RevocationStore, _: Pace) -> None:
    await _expect_state(store, RevocationQuery([]), revoked=False, epoch=0)
    await _expect_state(store, RevocationQuery([], "zone"), revoked=False, epoch=0)
    await _expect_state(store, RevocationQuery(["session", "edge"], "zone"), revoked=False, epoch=0)


async def _any_of_several(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_revoked("revoked"))
    live = ("a", "b", "c")
    await _expect_state(store, RevocationQuery(live), revoked=False, epoch=0)
    for place in range(len(live) + 1):
        anchors = (*live[:place], "revoked", *live[place:])
        await _expect_state(store, RevocationQuery(anchors), revoked=True, epoch=0)
    await _expect_state(store, RevocationQuery(("revoked", "revoked")), revoked=True, epoch=0)
    names = ("__proto__", "constructor", "*")
    await _expect_state(store, RevocationQuery(names), revoked=False, epoch=0)


async def _epoch(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_revoked("revoked"))
    await settled(store.mark_delegation_epoch("zone", 10))
    await settled(store.mark_delegation_epoch("zone", 9))
    for anchors, zone, revoked, epoch in (
        ([], "zone", False, 10),
        (["session"], "zone", False, 10),
        (["revoked"], "zone", True, 10),
        (["revoked"], "other", True, 0),
        (["session"], None, False, 0),
        (["zone"], None, False, 0),
    ):
        await _expect_state(store, RevocationQuery(anchors, zone), revoked=revoked, epoch=epoch)


async def _agrees(store: RevocationStore, pace: Pace) -> None:
    await settled(store.mark_revoked("long"))
    await settled(store.mark_revoked("short", pace.short_ttl_ms))
    await settled(store.mark_delegation_epoch("zone", 3, pace.short_ttl_ms))
    await past_short_ttl(pace)
    for anchor in ("long", "short", "unknown"):
        revoked = await settled(store.is_revoked(anchor))
        epoch = await settled(store.current_delegation_epoch("zone"))
        query = RevocationQuery([anchor], "zone")
        await _expect_state(store, query, revoked=revoked, epoch=epoch)


async def _expect_state(
    store: RevocationStore, query: RevocationQuery, *, revoked: bool, epoch: int
) -> None:
    if not isinstance(store, BatchCheck):
        raise AssertionError("The store has no batch check.")
    state = await settled(store.check(query))
    expect_same(state.revoked, revoked, f"check({query!r}): revoked")
    expect_same(state.delegation_epoch, epoch, f"check({query!r}): delegation_epoch")


CHECK_SCENARIOS = (
    Scenario("the batch check of an empty store finds nothing", _empty),
    Scenario("the batch check finds any one of several anchors", _any_of_several),
    Scenario("the batch check gives the epoch of the zone asked for, whatever the anchors", _epoch),
    Scenario("the batch check agrees with the single questions", _agrees),
)
