"""Waiting for the end of a mandate."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from caracalai_identity import Mandate, MandateError, anchors_of
from caracalai_revocation import AnchorRevoked, RevocationEvent, RevocationStore

_POLL_SECONDS = 1.0
"""How often a store that tells nobody is asked."""

_OUTAGE_SECONDS = 5.0
"""How long a mandate is taken to hold while the store does not answer."""

_LONGEST_SLEEP_SECONDS = 60.0
"""So that a wall clock that was set forward is noticed."""

_Subscribe = Callable[[Callable[[RevocationEvent], None]], Callable[[], None]]
Recheck = Callable[[], Awaitable[MandateError | None]]


class RevocationNews:
    """Who waits to hear of revocations. The store is listened to as long as somebody does.

    Args:
        store: Where it has no subscription, nobody hears anything.
    """

    def __init__(self, store: RevocationStore) -> None:
        subscribe = getattr(store, "subscribe", None)
        self._subscribe: _Subscribe | None = subscribe if callable(subscribe) else None
        self._sleepers: dict[_Sleeper, Mandate] = {}
        self._end_subscription: Callable[[], None] | None = None

    async def until_ended(
        self, mandate: Mandate, now: Callable[[], float], recheck: Recheck
    ) -> MandateError:
        """Returns when a mandate holds no more, or nobody can say whether it does.

        Args:
            mandate: A mandate that was let in.
            now: The clock, in seconds since the epoch.
            recheck: Judges it again.
        """
        with self._listening(mandate) as sleeper:
            seen_at = time.monotonic()
            # A revocation just before somebody listened went unheard.
            pause = _POLL_SECONDS
            while True:
                left = mandate.exp - now()
                await sleeper.sleep(min(left, pause) if left > 0 else 0)
                error = await recheck()
                if error is None:
                    seen_at = time.monotonic()
                elif _is_final(error, time.monotonic() - seen_at):
                    return error
                is_told = error is None and self._subscribe is not None
                pause = _LONGEST_SLEEP_SECONDS if is_told else _POLL_SECONDS

    @contextmanager
    def _listening(self, mandate: Mandate) -> Iterator["_Sleeper"]:
        sleeper = _Sleeper()
        self._sleepers[sleeper] = mandate
        if self._subscribe is not None and self._end_subscription is None:
            self._end_subscription = self._subscribe(self._hear)
        try:
            yield sleeper
        finally:
            del self._sleepers[sleeper]
            if not self._sleepers and self._end_subscription is not None:
                self._end_subscription()
                self._end_subscription = None

    def _hear(self, event: RevocationEvent) -> None:
        """Called in whichever thread marks."""
        for sleeper, mandate in tuple(self._sleepers.items()):
            if _concerns(event, mandate):
                sleeper.wake()


def _is_final(error: MandateError, seconds_unseen: float) -> bool:
    return error.code != "verification_unavailable" or seconds_unseen > _OUTAGE_SECONDS


def _concerns(event: RevocationEvent, mandate: Mandate) -> bool:
    if isinstance(event, AnchorRevoked):
        return event.anchor in anchors_of(mandate)
    return event.zone_id == mandate.zone_id


class _Sleeper:
    """Waits in its event loop; woken from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({waking}, timeout=seconds)
        finally:
            waking.cancel()
        self._woken.clear()

    def wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:
            return  # the loop is closed, and nobody sleeps any more
