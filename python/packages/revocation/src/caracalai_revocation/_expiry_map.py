"""A bounded map whose entries end."""

from collections.abc import Callable
from math import inf
from typing import Generic, TypeVar

from ._errors import RevocationStoreFullError

_MIN_SWEEP_SIZE = 1_024
"""Below this size, ended entries are not worth looking for."""

Entry = TypeVar("Entry")


class ExpiryMap(Generic[Entry]):
    """A bounded map whose entries end. Times are milliseconds of a monotonic clock, passed in.

    A look-up never changes the map.

    Args:
        unit: What an entry is, in the plural, for the message of a refusal.
        max_entries: How many live entries are held at most.
        expiry_of: When an entry ends.
    """

    def __init__(self, unit: str, max_entries: int, expiry_of: Callable[[Entry], float]) -> None:
        self._entries: dict[str, Entry] = {}
        self._unit = unit
        self._max_entries = max_entries
        self._expiry_of = expiry_of
        # Never later than the first expiry held, so that a full map refuses without a look at its
        # entries.
        self._next_expiry = inf
        self._sweep_size = min(_MIN_SWEEP_SIZE, max_entries)

    def get(self, key: str, now: float) -> Entry | None:
        """The live entry of a key: one of TTL T, set at S, is live while now < S + T."""
        entry = self._entries.get(key)
        return entry if entry is not None and now < self._expiry_of(entry) else None

    def set(self, key: str, entry: Entry, now: float) -> None:
        """Sets or replaces an entry.

        Raises:
            RevocationStoreFullError: The key is new and no room can be made for it.
        """
        if key not in self._entries:
            self._make_room(now)
        next_expiry = min(self._next_expiry, self._expiry_of(entry))
        self._entries[key] = entry
        self._next_expiry = next_expiry

    def live_size(self, now: float) -> int:
        """How many entries are live."""
        self._sweep(now)
        return len(self._entries)

    def _make_room(self, now: float) -> None:
        if len(self._entries) < self._sweep_size:
            return
        self._sweep(now)
        if len(self._entries) < self._max_entries:
            return
        raise RevocationStoreFullError(
            f"The revocation store holds {self._max_entries} live {self._unit}, its max_entries."
            " The new one is not stored."
        )

    def _sweep(self, now: float) -> None:
        if now >= self._next_expiry:
            ended = [key for key, entry in self._entries.items() if self._expiry_of(entry) <= now]
            for key in ended:
                del self._entries[key]
            self._next_expiry = min(map(self._expiry_of, self._entries.values()), default=inf)
            # Sweeping again only when the map has doubled keeps the cost of a mark constant on
            # average.
            doubled = max(_MIN_SWEEP_SIZE, 2 * len(self._entries))
            self._sweep_size = min(doubled, self._max_entries)
