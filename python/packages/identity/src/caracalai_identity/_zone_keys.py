"""The keys of one zone."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from typing import Literal, NamedTuple

from ._es256 import VerifyingKey
from ._key_set import KeySet
from ._maybe_awaitable import MaybeAwaitable

KeyLookup = VerifyingKey | Literal["unknown", "unavailable"]
"""What a look-up ends in: a key, or why there is none."""

_MAX_RETRY_FACTOR = 10
"""The pause after failures in a row grows to this many times the first."""


class ZoneKeysTiming(NamedTuple):
    """When the keys of a zone are looked at again. All in milliseconds."""

    ttl_ms: int
    """Younger key sets are served without a fetch."""
    max_age_ms: int
    """Older key sets are not served; in between they are, and refreshed behind the request."""
    unknown_key_cooldown_ms: int
    """At most one fetch in this time because of a key id that is not in the set."""
    retry_ms: int
    """The pause after a failed fetch; it doubles with each further failure, up to ten times."""


class ZoneKeys:
    """The keys of one zone of one issuer: fetched when needed, by one fetch at a time.

    Args:
        load: Fetches the key set; raises where there is none with a usable key.
        timing: When it is looked at again.
        now: A monotonic clock, in milliseconds.
    """

    def __init__(
        self,
        load: Callable[[], Awaitable[KeySet]],
        timing: ZoneKeysTiming,
        now: Callable[[], float],
    ) -> None:
        self._load = load
        self._timing = timing
        self._now = now
        self._keys: KeySet = {}
        self._loaded_at = -inf
        self._flight: asyncio.Task[None] | None = None
        self._failures = 0
        self._retry_at = -inf
        self._unknown_key_at = -inf

    def find(self, kid: str, *, refetch_unknown: bool) -> MaybeAwaitable[KeyLookup]:
        """Finds the key for a key id.

        Args:
            kid: The key id.
            refetch_unknown: Whether a key id that is not in the set is worth a look at the STS.

        Returns:
            At once where the set in the cache answers it.
        """
        age = self._age()
        if age > self._timing.max_age_ms:
            return self._find_fetched(kid, refetch_unknown)
        if age >= self._timing.ttl_ms:
            self._refresh()
        key = self._keys.get(kid)
        if key is not None:
            return key
        return self._find_unknown(kid) if refetch_unknown else self._missing()

    async def warmup(self) -> bool:
        """Makes sure that there is a key set before it is asked for: whether there is one."""
        if self._age() >= self._timing.ttl_ms:
            await _landing(self._refresh())
        return self._age() <= self._timing.max_age_ms

    async def _find_fetched(self, kid: str, refetch_unknown: bool) -> KeyLookup:
        # A set that is fetched because of this very question can't be newer by being fetched again.
        is_own_fetch = self._in_flight() is None
        await _landing(self._refresh())
        if self._age() > self._timing.max_age_ms:
            return "unavailable"
        key = self._keys.get(kid)
        if key is not None:
            return key
        if refetch_unknown and not is_own_fetch:
            return await self._find_unknown(kid)
        return self._missing()

    async def _find_unknown(self, kid: str) -> KeyLookup:
        """A key id that is not in the set may be of a key that the STS has just begun to use."""
        await _landing(self._in_flight())
        if kid not in self._keys:
            now = self._now()
            is_cool = now - self._unknown_key_at >= self._timing.unknown_key_cooldown_ms
            if is_cool and now >= self._retry_at:
                self._unknown_key_at = now
                self._refresh()
            # Another caller's fetch serves as well.
            await _landing(self._in_flight())
        return self._keys.get(kid) or self._missing()

    def _missing(self) -> KeyLookup:
        """Where the last fetch failed, the key may well exist: an outage, not a bad token."""
        return "unavailable" if self._failures > 0 else "unknown"

    def _age(self) -> float:
        return self._now() - self._loaded_at

    def _in_flight(self) -> "asyncio.Task[None] | None":
        """The fetch under way. One of another event loop can't be waited for in this one."""
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            return None
        return flight

    def _refresh(self) -> "asyncio.Task[None] | None":
        """Joins the fetch under way or begins one, unless it is too early after a failed one."""
        flight = self._in_flight()
        if flight is None and self._now() >= self._retry_at:
            flight = self._flight = asyncio.get_running_loop().create_task(self._fetch())
        return flight

    async def _fetch(self) -> None:
        # The age counts from the question, not from the answer: a slow answer is no younger for it.
        started_at = self._now()
        try:
            self._keys = await self._load()
        except Exception:  # whatever it was, there are no new keys
            factor = min(2**self._failures, _MAX_RETRY_FACTOR)
            self._failures += 1
            self._retry_at = self._now() + self._timing.retry_ms * factor
        else:
            self._loaded_at = started_at
            self._failures = 0


async def _landing(flight: "asyncio.Task[None] | None") -> None:
    """Waits for a fetch. One who gives up waiting does not end it for the others."""
    if flight is not None:
        await asyncio.wait({flight})
