"""Comparing the shared keys with what one instance knows."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..._errors import RevocationStoreFullError
from ..._revocation_store import AnchorRevoked, EpochRaised
from .._clock import monotonic_ms
from .._commands.timed_command import TimedCommand
from .._events.parse_epoch import parse_epoch
from .._redis_store_error import RedisStoreError
from .._store.redis_revocation_store import RedisRevocationStore
from .._store.revocation_keys import RevocationKeys
from .local_revocations import LocalRevocation, LocalRevocations
from .scan_keys import ScannedKey, pattern_of, scan_keys

_MARGIN_MS = 1_000
"""The end of an entry that is closer than this is not worth a write."""

_WRITES_AT_A_TIME = 200
_MAX_SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Reconciliation:
    """What the shared keys are compared with, and how.

    Attributes:
        local: What this instance knows.
        store: Where missing keys are written.
        keys: Their names,
        key_prefix: and what those begin with.
        timeout_ms: How long one answer may take.
        run_ids: The server that each stream was read from: it has to be the one that is asked here.
        is_current: Whether the result is still wanted.
        before_write: Called before anything is written.
    """

    local: LocalRevocations
    store: RedisRevocationStore
    keys: RevocationKeys
    key_prefix: str
    timeout_ms: float
    run_ids: Sequence[str | None]
    is_current: Callable[[], bool]
    before_write: Callable[[], None]

    async def run(self, command: TimedCommand) -> None:
        """Takes over what the shared keys hold, then writes to them what they lack.

        Nothing is left without a mark in the end.

        Raises:
            RedisStoreError: The server gives no answer, takes no write, or is not the one whose
                streams are followed.
            RevocationStoreFullError: The replica has no room.
        """
        run_id, unreadable = await self._take_over(command)
        if not self.is_current():
            return
        # Connections are led over one by one after a failover: what is read from, or written to,
        # another server says nothing about this one.
        if any(it != run_id for it in self.run_ids):
            raise RedisStoreError("reply", "Keys and streams were read from different servers.")
        self.local.unreadable_zones = unreadable
        await self._write_missing()

    async def _take_over(self, command: TimedCommand) -> tuple[str | None, frozenset[str]]:
        """Returns whose keys were read, and the zones whose keys hold no epoch."""
        unreadable: set[str] = set()
        run_id: str | None = None
        scan = scan_keys(
            command,
            pattern=pattern_of(self.key_prefix),
            values_of=self.keys.epoch(""),
            timeout_ms=self.timeout_ms,
        )
        async for part in scan:
            if not self.is_current():
                break
            run_id = part.run_id
            now = monotonic_ms()
            for key in part.keys:
                revocation = self._read(key, now)
                if isinstance(revocation, str):
                    unreadable.add(revocation)
                elif revocation is not None:
                    self.local.add(revocation, marked=True, now=now)
        return run_id, frozenset(unreadable)

    def _read(self, scanned: ScannedKey, now: float) -> LocalRevocation | str | None:
        """A revocation; the zone where its key holds no epoch; None for keys of others."""
        meaning = None if scanned.ttl_ms == 0 else self.keys.meaning_of(scanned.key)
        if meaning is None:
            return None
        expiry = now + scanned.ttl_ms
        if meaning.kind == "anchor":
            return LocalRevocation(AnchorRevoked(meaning.name), expiry)
        epoch = parse_epoch(scanned.value)
        if epoch is None:
            return meaning.name
        return LocalRevocation(EpochRaised(meaning.name, epoch), expiry)

    async def _write_missing(self) -> None:
        for missing in self.local.unmarked(monotonic_ms() + _MARGIN_MS):
            for start in range(0, len(missing), _WRITES_AT_A_TIME):
                if not self.is_current():
                    return
                await self._write_batch(missing[start : start + _WRITES_AT_A_TIME])
            # Others have their turn, however much there is to look through.
            await asyncio.sleep(0)

    async def _write_batch(self, batch: list[LocalRevocation]) -> None:
        self.before_write()
        await asyncio.gather(*map(self._write, batch))
        # By now it may be another server that they would have to be written to.
        if not self.is_current():
            return
        for revocation in batch:
            self.local.add(revocation, marked=True, now=monotonic_ms())

    async def _write(self, revocation: LocalRevocation) -> None:
        event, expiry = revocation
        # Some entries never end here, and some have come close to their end meanwhile.
        ttl_ms = min(max(1, expiry - monotonic_ms()), _MAX_SAFE_INTEGER)
        try:
            if isinstance(event, AnchorRevoked):
                await self.store.mark_revoked(event.anchor, ttl_ms)
            else:
                await self.store.mark_delegation_epoch(event.zone_id, event.epoch, ttl_ms)
        except RevocationStoreFullError:
            # It is Redis that is full, not the replica.
            message = "Redis has no memory left for what it has lost."
            raise RedisStoreError("refused", message, "OOM") from None
