"""Revocations of one process, in its memory."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypedDict, cast

from ._check_each import check_each
from ._expiry_map import ExpiryMap
from ._listeners import Listeners
from ._mark_arguments import is_positive_finite, require_epoch, require_name, require_ttl
from ._revocation_store import (
    AnchorRevoked,
    EpochRaised,
    RevocationEvent,
    RevocationQuery,
    RevocationState,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

_DAY_MS = 86_400_000
_MAX_ENTRIES = 1_000_000
_CAPACITY = 2**24
"""The limit of the TypeScript half, more than which a `Map` does not hold."""


class InMemoryRevocationStoreOptions(TypedDict, total=False):
    """Options of `InMemoryRevocationStore`. Captured at construction; None is the default.

    Attributes:
        default_ttl_ms: How long an entry lives that is marked without a TTL, in milliseconds;
            86,400,000 (24 hours) by default, longer than any mandate lives. A positive number.
        max_entries: How many live anchors are held at most, and how many zones; 1,000,000 of each
            by default, at most 16,777,216.
    """

    default_ttl_ms: float | None
    max_entries: int | None


class _EpochEntry(NamedTuple):
    epoch: int
    expiry: float


class InMemoryRevocationStore:
    """Revocations of one process, in its memory (decision rules, "Revocation store").

    For a single server, for tests, and as the local copy of a shared store. Every method answers
    synchronously, from any thread. Entries end by the monotonic clock: setting the wall clock has
    no effect on them.

    Args:
        **options: See `InMemoryRevocationStoreOptions`.

    Raises:
        TypeError: An option is unknown or out of its range.
    """

    def __init__(self, **options: "Unpack[InMemoryRevocationStoreOptions]") -> None:
        self._default_ttl_ms, max_entries = _read_options(options)
        self._anchors = ExpiryMap[float]("anchors", max_entries, float)
        self._epochs = ExpiryMap[_EpochEntry]("zones", max_entries, lambda entry: entry.expiry)
        self._listeners = Listeners()
        # Marks may come from a thread: those of synchronous tools run in one.
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many anchors are revoked by now."""
        with self._lock:
            return self._anchors.live_size(_monotonic_ms())

    def is_revoked(self, anchor: str) -> bool:
        """Whether an anchor is revoked.

        Raises:
            TypeError: The anchor is not a non-empty string: not to answer is safer than False.
        """
        require_name("anchor", anchor)
        return self._anchors.get(anchor, _monotonic_ms()) is not None

    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        """Revokes an anchor for `ttl_ms` milliseconds, None: for `default_ttl_ms`.

        An entry that is there is never shortened.

        Raises:
            TypeError: The anchor is not a non-empty string.
            ValueError: The TTL is not a positive finite number.
            RevocationStoreFullError: The anchor is new and `max_entries` live ones are held.
        """
        require_name("anchor", anchor)
        ttl = self._read_ttl(ttl_ms)
        with self._lock:
            now = _monotonic_ms()
            known = self._anchors.get(anchor, now)
            self._anchors.set(anchor, max(known or 0, now + ttl), now)
        if known is None:
            self._listeners.notify(AnchorRevoked(anchor))

    def current_delegation_epoch(self, zone_id: str) -> int:
        """A zone's delegation epoch; 0 where none is known, or where it has ended.

        Raises:
            TypeError: The zone is not a non-empty string.
        """
        require_name("zone_id", zone_id)
        entry = self._epochs.get(zone_id, _monotonic_ms())
        return 0 if entry is None else entry.epoch

    def mark_delegation_epoch(self, zone_id: str, epoch: int, ttl_ms: float | None = None) -> None:
        """Raises a zone's delegation epoch for `ttl_ms` milliseconds, None: for `default_ttl_ms`.

        The higher of two epochs is kept for the longer of two lifetimes: epochs only ever grow, so
        a mandate that is stale under the higher one is not any fresher when the lower one is marked
        again.

        Raises:
            TypeError: The zone is not a non-empty string.
            ValueError: The epoch (an integer from 0 to 2^53 - 1) or the TTL is out of its range.
            RevocationStoreFullError: The zone is new and `max_entries` live ones are held.
        """
        require_name("zone_id", zone_id)
        require_epoch(epoch)
        ttl = self._read_ttl(ttl_ms)
        with self._lock:
            now = _monotonic_ms()
            known = self._epochs.get(zone_id, now) or _EpochEntry(0, 0)
            kept = max(known.epoch, epoch)
            # Epoch 0 says what an unknown zone says, and is not worth a place.
            if kept > 0:
                entry = _EpochEntry(kept, max(known.expiry, now + ttl))
                self._epochs.set(zone_id, entry, now)
        if epoch > known.epoch:
            self._listeners.notify(EpochRaised(zone_id, epoch))

    def check(self, query: RevocationQuery) -> RevocationState:
        """Answers for all anchors and the epoch at once.

        It asks `is_revoked` and `current_delegation_epoch`, so that a subclass that overrides one
        of them is heard (where such an override has to be awaited, so has this).

        Raises:
            RevocationStoreError: An override answers with anything that is not an answer.
        """
        return cast("RevocationState", check_each(self, query))

    def subscribe(self, listener: Callable[[RevocationEvent], object]) -> Callable[[], None]:
        """Calls the listener once for each anchor newly revoked and for each epoch that grew.

        Synchronously, in the thread that marks, and after the entry is stored. A function
        subscribed twice is called twice. What a listener raises is logged. There is no limit to
        subscriptions: each is kept, with what its listener holds on to, until the returned function
        is called.

        Raises:
            TypeError: The listener is not a function.
        """
        return self._listeners.add(listener)

    def _read_ttl(self, ttl_ms: float | None) -> float:
        if ttl_ms is None:
            return self._default_ttl_ms
        require_ttl(ttl_ms)
        return ttl_ms


def _read_options(options: InMemoryRevocationStoreOptions) -> tuple[float, int]:
    for name in options:
        if name not in InMemoryRevocationStoreOptions.__annotations__:
            raise TypeError(f"Unknown option {name!r}.")
    default_ttl_ms = options.get("default_ttl_ms")
    if default_ttl_ms is None:
        default_ttl_ms = _DAY_MS
    elif not is_positive_finite(default_ttl_ms):
        raise TypeError("default_ttl_ms must be a positive finite number of milliseconds.")
    max_entries = options.get("max_entries")
    if max_entries is None:
        max_entries = _MAX_ENTRIES
    elif type(max_entries) is not int or not 0 < max_entries <= _CAPACITY:
        raise TypeError(f"max_entries must be a positive integer, at most {_CAPACITY} entries.")
    return default_ttl_ms, max_entries


def _monotonic_ms() -> float:
    return time.monotonic() * 1_000
