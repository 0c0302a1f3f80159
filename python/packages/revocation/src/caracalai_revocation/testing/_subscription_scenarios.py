"""The subscription, where a store offers it.

Events may take a while to arrive: an event that must not come is told from one that is late by
marking something else and waiting for that.
"""

from collections.abc import Callable

from .._revocation_store import AnchorRevoked, RevocationEvent, RevocationStore, Subscribable
from ._assertions import eventually, expect_same, settled
from ._scenario import LONG_TTL_MS, Pace, Scenario


async def _anchors(store: RevocationStore, pace: Pace) -> None:
    heard = _Heard(store)
    await settled(store.mark_revoked("session"))
    await heard.until("anchor session", pace)
    await settled(store.mark_revoked("session", LONG_TTL_MS))
    await settled(store.mark_revoked("session", 1_000 * LONG_TTL_MS))
    await settled(store.mark_revoked("last"))
    await heard.until("anchor last", pace)
    expect_same(heard.events, ["anchor session", "anchor last"], "the events")


async def _epochs(store: RevocationStore, pace: Pace) -> None:
    heard = _Heard(store)
    for epoch in (0, 5, 5, 4, 6):
        await settled(store.mark_delegation_epoch("zone", epoch))
    await settled(store.mark_delegation_epoch("last", 1))
    await heard.until("epoch last 1", pace)
    expect_same(heard.events, ["epoch zone 5", "epoch zone 6", "epoch last 1"], "the events")


async def _store_first(store: RevocationStore, pace: Pace) -> None:
    answers: list[object] = []

    async def ask(_: RevocationEvent) -> None:
        answers.append(await settled(store.is_revoked("session")))

    _subscribe(store, ask)
    await settled(store.mark_revoked("session"))
    await eventually(lambda: len(answers) > 0, pace.deadline_ms, "the event")
    expect_same(answers[0], True, "is_revoked, asked by the subscriber")


async def _ended(store: RevocationStore, pace: Pace) -> None:
    ended = _Heard(store)
    other = _Heard(store)
    ended.end()
    ended.end()
    await settled(store.mark_revoked("session"))
    await other.until("anchor session", pace)
    expect_same(ended.events, [], "the events after the end of the subscription")


async def _twice(store: RevocationStore, pace: Pace) -> None:
    events: list[str] = []

    def listen(event: RevocationEvent) -> None:
        events.append(_show(event))

    end = _subscribe(store, listen)
    _subscribe(store, listen)
    await settled(store.mark_revoked("session"))
    await eventually(lambda: len(events) >= 2, pace.deadline_ms, "both events")
    end()
    end()
    await settled(store.mark_revoked("last"))
    await eventually(lambda: "anchor last" in events, pace.deadline_ms, "the last event")
    expect_same(events, ["anchor session", "anchor session", "anchor last"], "the events")


async def _raising(store: RevocationStore, pace: Pace) -> None:
    def fail(_: RevocationEvent) -> None:
        raise RuntimeError("raised by a listener on purpose")

    _subscribe(store, fail)
    heard = _Heard(store)
    await settled(store.mark_revoked("session"))
    await settled(store.mark_delegation_epoch("zone", 5))
    await heard.until("anchor session", pace)
    await heard.until("epoch zone 5", pace)
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked")
    expect_same(await settled(store.current_delegation_epoch("zone")), 5, "the epoch")


class _Heard:
    """Every event so far, in the order of arrival."""

    def __init__(self, store: RevocationStore) -> None:
        self.events: list[str] = []
        self.end = _subscribe(store, lambda event: self.events.append(_show(event)))

    async def until(self, event: str, pace: Pace) -> None:
        await eventually(lambda: event in self.events, pace.deadline_ms, f'the event "{event}"')


def _subscribe(
    store: RevocationStore, listener: Callable[[RevocationEvent], object]
) -> Callable[[], None]:
    if not isinstance(store, Subscribable):
        raise AssertionError("The store has no subscription.")
    return store.subscribe(listener)


def _show(event: RevocationEvent) -> str:
    if isinstance(event, AnchorRevoked):
        return f"anchor {event.anchor}"
    return f"epoch {event.zone_id} {event.epoch}"


SUBSCRIPTION_SCENARIOS = (
    Scenario("a subscriber hears of each new revocation once, and of no extension", _anchors),
    Scenario("a subscriber hears of each epoch that grew, and of no other", _epochs),
    Scenario("the store knows of a revocation before the subscriber does", _store_first),
    Scenario(
        "a subscription that was ended stays silent, and ending it twice ends no other", _ended
    ),
    Scenario("a function that is subscribed twice is called twice, and once after one end", _twice),
    Scenario("a listener that raises stops neither the mark nor the other listeners", _raising),
)
