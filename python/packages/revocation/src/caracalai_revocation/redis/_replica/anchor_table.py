"""The anchors that are revoked."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from ..._errors import RevocationStoreFullError
from .._events.read_fields import utf16_length
from .id_segment import LATEST
from .id_table import IdTable
from .text_table import TextEntry, TextTable
from .uuid_bits import print_uuid, read_uuid

_TICK_MS = 100
"""Deadlines of UUIDs are kept in tenths of a second: 32 bits of them are 13.6 years."""

_MEAN_TEXT_LENGTH = 64
"""How long anchors that are no UUIDs may be on average in a full table, in UTF-16 units."""

_MIN_TEXT_ROOM = 65_536
"""So that a table for a few entries takes long texts all the same."""


class AnchorEntry(NamedTuple):
    """A live revocation. `expiry` is a time of the monotonic clock in milliseconds."""

    anchor: str
    expiry: float


class AnchorTable:
    """The anchors that are revoked, bounded.

    Of many UUIDs in canonical form and lower case, each takes at most 64 bytes; any other anchor is
    kept as it is written, so that no two are ever taken for one another.

    Times are milliseconds of a monotonic clock and are passed in. An entry never ends early; that
    of a UUID ends up to 0.1 seconds late.

    Args:
        max_entries: How many live anchors are held at most.
        seed: As for `IdTable`.
    """

    def __init__(self, max_entries: int, seed: int) -> None:
        self._max_entries = max_entries
        self._max_text_length = max(_MIN_TEXT_ROOM, _MEAN_TEXT_LENGTH * max_entries)
        self._ids = IdTable(max_entries, seed)
        self._texts = TextTable[bool]()

    @property
    def size(self) -> int:
        """How many entries are held, those included that have ended and were not swept yet."""
        return self._ids.size + self._texts.size

    @property
    def id_bytes(self) -> int:
        """What the UUIDs take, in bytes."""
        return self._ids.bytes

    def has(self, anchor: str, now: float) -> bool:
        """Whether an anchor is revoked."""
        bits = read_uuid(anchor)
        if bits is None:
            return self._texts.get(anchor, now) is not None
        return _is_live(self._ids.deadline_of(bits), now)

    def add(self, entry: AnchorEntry, *, marked: bool, now: float) -> bool:
        """Revokes an anchor until `expiry` at least: an entry that is there is never shortened.

        Args:
            entry: The anchor and its end.
            marked: Marks the entry; the mark of a live one stays.
            now: The time.

        Returns:
            Whether the anchor was not revoked before.

        Raises:
            RevocationStoreFullError: There is no room for it; no live entry is dropped.
        """
        bits = read_uuid(entry.anchor)
        if bits is None:
            return self._add_text(entry, marked, now)
        return self._add_id(bits, entry.expiry, marked, now)

    def sweep_some(self, now: float) -> None:
        """Drops some of what has ended, in a time that does not depend on how much is held."""
        self._ids.sweep_some(_tick(now))

    def unmark(self) -> None:
        """Takes the mark off every entry."""
        self._ids.unmark()
        self._texts.unmark()

    def unmarked(self, now: float) -> Iterator[list[AnchorEntry]]:
        """The live entries without a mark, some at a time. Entries may be added meanwhile."""
        for entries in self._ids.unmarked(_tick(now)):
            yield [AnchorEntry(print_uuid(bits), _time_of(deadline)) for bits, deadline in entries]
        yield [AnchorEntry(text, entry.expiry) for text, entry in self._texts.unmarked(now)]

    def _add_id(self, bits: int, expiry: float, marked: bool, now: float) -> bool:
        known = self._ids.deadline_of(bits)
        if known == 0:
            self._make_room(now)
        deadline = LATEST if expiry >= LATEST * _TICK_MS else math.ceil(expiry / _TICK_MS)
        self._ids.set(bits, max(known, deadline), marked=marked, now=_tick(now))
        return not _is_live(known, now)

    def _add_text(self, entry: AnchorEntry, marked: bool, now: float) -> bool:
        anchor, expiry = entry
        known = self._texts.get(anchor, now)
        if not self._texts.has(anchor):
            self._make_room(now)
            self._make_text_room(anchor, now)
        keeps_mark = marked or self._texts.is_marked(anchor, now)
        latest = expiry if known is None else max(known.expiry, expiry)
        self._texts.set(anchor, TextEntry(True, latest), marked=keeps_mark, now=now)
        return known is None

    def _make_room(self, now: float) -> None:
        if self.size < self._max_entries:
            return
        self._ids.sweep(_tick(now))
        self._texts.sweep(now)
        if self.size >= self._max_entries:
            raise RevocationStoreFullError(
                f"The revocation replica holds {self._max_entries} live anchors, its max_entries."
                " The new one is not stored."
            )

    def _make_text_room(self, anchor: str, now: float) -> None:
        most = self._max_text_length - utf16_length(anchor)
        if self._texts.length <= most:
            return
        self._texts.sweep(now)
        if self._texts.length > most:
            raise RevocationStoreFullError(
                f"The revocation replica holds {self._max_text_length} characters of live anchors"
                " that are no UUIDs. The new one is not stored."
            )


def _tick(now: float) -> int:
    return math.floor(now / _TICK_MS)


def _time_of(deadline: int) -> float:
    return math.inf if deadline == LATEST else deadline * _TICK_MS


def _is_live(deadline: int, now: float) -> bool:
    """The last deadline there is stands for all later ones: such an entry does not end."""
    return now < deadline * _TICK_MS or deadline == LATEST
