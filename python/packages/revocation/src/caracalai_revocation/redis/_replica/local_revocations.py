"""All revocations that one instance knows of."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..._errors import RevocationStoreError, RevocationStoreFullError
from ..._revocation_store import AnchorRevoked, EpochRaised, RevocationEvent
from .._store.revocation_keys import RevocationKeys
from .anchor_table import AnchorEntry, AnchorTable
from .text_table import TextEntry, TextTable

_KEYS = RevocationKeys()
_NO_EPOCH = TextEntry(0, 0.0)


class LocalRevocation(NamedTuple):
    """A revocation and how long it lives: `expiry` is a time of the monotonic clock in ms."""

    event: RevocationEvent
    expiry: float


class LocalRevocations:
    """All revocations that one instance knows of, in its memory.

    Nothing is ever taken out before its end. Entries are marked that the shared keys or a stream
    are known to hold too: what is left without a mark, Redis has lost.

    Times are milliseconds of a monotonic clock and are passed in.

    Args:
        max_entries: How many live anchors are held at most, and how many zones.
        notify: Is called for each anchor newly revoked and each epoch that grew.
    """

    def __init__(self, max_entries: int, notify: Callable[[RevocationEvent], None]) -> None:
        self._max_entries = max_entries
        seed = random.getrandbits(32)
        self._anchors = AnchorTable(max_entries, seed)
        self._epochs = TextTable[int]()
        self._notify = notify
        self.unreadable_zones: frozenset[str] = frozenset()
        """The zones for which Redis holds what is no epoch: it may stand for a high one."""

    @property
    def size(self) -> int:
        """How many anchors and zones are held; ended ones count until they are swept."""
        return self._anchors.size + self._epochs.size

    def is_revoked(self, anchor: str, now: float) -> bool:
        """Whether an anchor is revoked.

        Raises:
            RevocationStoreError: The anchor is named like a zone's epoch, and the zone has one:
                another writer may have meant the anchor.
        """
        if self._anchors.has(anchor, now):
            return True
        if not _KEYS.is_reserved(anchor):
            return False
        meaning = _KEYS.meaning_of(_KEYS.ambiguous(anchor))
        if meaning is not None and meaning.kind == "epoch" and self.epoch_of(meaning.name, now) > 0:
            raise RevocationStoreError("The anchor is named like the delegation epoch of a zone.")
        return False

    def epoch_of(self, zone_id: str, now: float) -> int:
        """A zone's delegation epoch; 0 where none is known.

        Raises:
            RevocationStoreError: Redis holds something else for the zone.
        """
        if zone_id in self.unreadable_zones:
            raise RevocationStoreError(
                "Redis holds no delegation epoch of this zone that can be read."
            )
        return (self._epochs.get(zone_id, now) or _NO_EPOCH).value

    def add(self, revocation: LocalRevocation, *, marked: bool, now: float) -> None:
        """Adds a revocation: no entry is shortened by it, and no epoch lowered.

        Raises:
            RevocationStoreFullError: There is no room for it; no live entry is dropped.
        """
        event, expiry = revocation
        if isinstance(event, AnchorRevoked):
            entry = AnchorEntry(event.anchor, expiry)
            is_news = self._anchors.add(entry, marked=marked, now=now)
        else:
            is_news = self._raise(event, expiry, marked, now)
        if is_news:
            self._notify(event)

    def sweep_some(self, now: float) -> None:
        """Drops some of what has ended, in a time that does not depend on how much is held."""
        self._anchors.sweep_some(now)

    def unmark(self) -> None:
        """Takes the mark off every entry."""
        self._anchors.unmark()
        self._epochs.unmark()

    def unmarked(self, now: float) -> Iterator[list[LocalRevocation]]:
        """The live entries without a mark, some at a time. Entries may be added meanwhile."""
        yield [
            LocalRevocation(EpochRaised(zone_id, entry.value), entry.expiry)
            for zone_id, entry in self._epochs.unmarked(now)
        ]
        for entries in self._anchors.unmarked(now):
            yield [LocalRevocation(AnchorRevoked(anchor), expiry) for anchor, expiry in entries]

    def _raise(self, event: EpochRaised, expiry: float, marked: bool, now: float) -> bool:
        """A mark that was set for a lower epoch says nothing about a higher one."""
        zone_id, epoch = event.zone_id, event.epoch
        known = self._epochs.get(zone_id, now) or _NO_EPOCH
        value = max(known.value, epoch)
        # Epoch 0 says what an unknown zone says, and is not worth a place.
        if value == 0:
            return False
        if not self._epochs.has(zone_id):
            self._make_room(now)
        keeps_mark = value == known.value and self._epochs.is_marked(zone_id, now)
        is_marked = keeps_mark or (marked and value == epoch)
        entry = TextEntry(value, max(known.expiry, expiry))
        self._epochs.set(zone_id, entry, marked=is_marked, now=now)
        return value > known.value

    def _make_room(self, now: float) -> None:
        if self._epochs.size < self._max_entries:
            return
        self._epochs.sweep(now)
        if self._epochs.size >= self._max_entries:
            raise RevocationStoreFullError(
                f"The revocation replica holds {self._max_entries} live zones, its max_entries."
                " The new one is not stored."
            )
