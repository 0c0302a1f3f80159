"""Streams that end when their mandate does."""

import time
from collections.abc import Callable

from caracalai_identity import anchors_of
from caracalai_revocation import AnchorRevoked, RevocationEvent, Subscribable
from caracalai_transport_mcp import MandateVerifier, Principal

from ._mandate_stream import MandateStream

_POLL_SECONDS = 1.0
"""How often a store that tells nobody is asked about an open stream."""

_OUTAGE_SECONDS = 5.0
"""How long a stream outlives a store that does not answer."""


class OpenStreams:
    """The event streams that are open, each of which ends with its mandate.

    Args:
        verifier: Judges whether a mandate still holds.
        revocations: The verifier's store. Where it has a subscription, that is heard as long as a
            stream is open; else it is asked every second.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self, verifier: MandateVerifier, revocations: object, now: Callable[[], float]
    ) -> None:
        self._verifier = verifier
        self._revocations = revocations if isinstance(revocations, Subscribable) else None
        self._now = now
        self._watched: dict[MandateStream, Principal] = {}
        self._end_subscription: Callable[[], None] | None = None

    async def watch(self, stream: MandateStream, principal: Principal) -> None:
        """Returns when the mandate holds no more, or nobody can say whether it does."""
        self._add(stream, principal)
        seen_at = time.monotonic()
        # A revocation just before the stream was added went unheard.
        pause = _POLL_SECONDS
        try:
            while True:
                left = principal.expires_at - self._now()
                await stream.sleep(min(left, pause) if left > 0 else 0)
                result = await self._verifier.recheck(principal)
                if result.ok:
                    seen_at = time.monotonic()
                elif (
                    result.error.code != "verification_unavailable"
                    or time.monotonic() - seen_at > _OUTAGE_SECONDS
                ):
                    return
                is_told = result.ok and self._revocations is not None
                pause = float("inf") if is_told else _POLL_SECONDS
        finally:
            self._remove(stream)

    def _add(self, stream: MandateStream, principal: Principal) -> None:
        self._watched[stream] = principal
        if self._revocations is not None and self._end_subscription is None:
            self._end_subscription = self._revocations.subscribe(self._hear)

    def _remove(self, stream: MandateStream) -> None:
        del self._watched[stream]
        if not self._watched and self._end_subscription is not None:
            self._end_subscription()
            self._end_subscription = None

    def _hear(self, event: RevocationEvent) -> None:
        """Called in whichever thread marks."""
        for stream, principal in tuple(self._watched.items()):
            if _concerns(event, principal):
                stream.wake()


def _concerns(event: RevocationEvent, principal: Principal) -> bool:
    if isinstance(event, AnchorRevoked):
        return event.anchor in anchors_of(principal.mandate)
    return event.zone_id == principal.zone_id
