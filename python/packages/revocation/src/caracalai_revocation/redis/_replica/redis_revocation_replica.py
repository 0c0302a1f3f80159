"""All revocations of a Redis in the memory of one instance."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..._errors import RevocationStoreFullError
from ..._listeners import Listeners
from ..._mark_arguments import require_epoch, require_name, require_ttl
from ..._revocation_store import (
    AnchorRevoked,
    EpochRaised,
    RevocationEvent,
    RevocationQuery,
    RevocationState,
)
from .._clock import monotonic_ms
from .._store.redis_revocation_store import RedisRevocationStore
from .event_reader import EventReader
from .key_tasks import ReplicaParts
from .local_revocations import LocalRevocation, LocalRevocations
from .replica_health import ReplicaHealth
from .replica_options import RedisRevocationReplicaOptions, read_replica_options
from .replica_status import ReplicaStatus
from .stream_keys import keys_of
from .stream_state import STREAMS
from .synchroniser import Synchroniser

if TYPE_CHECKING:
    from typing_extensions import Unpack


class RedisRevocationReplica:
    """All revocations of a Redis or Valkey in the memory of one instance.

    A verification needs no round trip. It follows both streams (wire format, "Revocation") and
    answers only while it can show that it has missed nothing for longer than `max_staleness_ms`:
    otherwise every question raises a `ReplicaNotReadyError`, and the mandate is refused as
    `verification_unavailable`.

    What it knows, it never forgets before its time: not when Redis was emptied, restarted or failed
    over to a server that lacks it. Then it is not ready until it has written what is lacking, and
    has read what others have.

    It answers synchronously, and belongs to the event loop that it is started in.

    Args:
        **options: See `RedisRevocationReplicaOptions`.

    Raises:
        ConfigurationError: An option is missing, unknown or out of its range.
    """

    def __init__(self, **options: "Unpack[RedisRevocationReplicaOptions]") -> None:
        read = read_replica_options(options)
        self._options = read
        self._listeners = Listeners()
        self._local = LocalRevocations(read.max_entries, self._listeners.notify)
        self._status = ReplicaStatus(read.pace, self._local.unmark)
        self._store = RedisRevocationStore(
            redis=read.redis.command,
            key_prefix=read.key_prefix,
            default_ttl_ms=read.default_ttl_ms,
            write_timeout_ms=read.command_timeout_ms,
        )
        self._readers = {
            name: EventReader(name, read.streams[name], read.trust) for name in STREAMS
        }
        parts = ReplicaParts(
            options=read,
            status=self._status,
            local=self._local,
            store=self._store,
            keys={
                name: keys_of(read.streams[name], read.groups[name], read.key_prefix)
                for name in STREAMS
            },
        )
        self._synchroniser = Synchroniser(parts, self._readers)
        self._is_started = False

    @property
    def ready(self) -> bool:
        """Whether the replica knows, at this moment, all that was revoked more than a second ago.

        Where it is not ready it may go on answering: until `max_staleness_ms` after its latest
        proof.
        """
        return self._status.problem_at(monotonic_ms()) is None

    async def start(self) -> None:
        """Begins to follow Redis, and returns when the replica is ready.

        Raises:
            ReplicaNotReadyError: It is not within `start_timeout_ms`: it goes on trying all the
                same, until it is stopped, and becomes ready when it can.
            RuntimeError: It was started before.
        """
        if self._is_started:
            raise RuntimeError("The replica was started before.")
        self._is_started = True
        self._status.run()
        self._synchroniser.start()
        await self._status.until_ready(self._options.start_timeout_ms)

    async def stop(self) -> None:
        """Ends both connections; from then on, no question is answered.

        Returns when nothing is under way any more. May be repeated. A replica that was stopped is
        not started again.
        """
        self._is_started = True
        self._status.stop()
        await self._synchroniser.stop()

    def health(self) -> ReplicaHealth:
        """How the replica is at this moment."""
        now = monotonic_ms()
        problem = self._status.problem_at(now)
        state = self._status.state
        return ReplicaHealth(
            ready=problem is None,
            problem=problem,
            staleness_ms=self._status.staleness_at(now),
            entries=self._local.size,
            resynchronisations=state.round - 1,
            last_break=state.broken_by,
            ignored_events=sum(reader.ignored for reader in self._readers.values()),
            wrong_signatures=sum(reader.wrong_signatures for reader in self._readers.values()),
            last_error=self._synchroniser.last_error,
        )

    def is_revoked(self, anchor: str) -> bool:
        """Whether an anchor is revoked.

        Raises:
            TypeError: The anchor is not a non-empty string.
            ReplicaNotReadyError: The replica does not answer.
            RevocationStoreError: It is not clear what the shared store means.
        """
        require_name("anchor", anchor)
        now = monotonic_ms()
        self._status.require_answers(now)
        return self._local.is_revoked(anchor, now)

    def current_delegation_epoch(self, zone_id: str) -> int:
        """A zone's delegation epoch; 0 where none is known.

        Raises:
            TypeError: The zone is not a non-empty string.
            ReplicaNotReadyError: The replica does not answer.
            RevocationStoreError: The shared store holds something that is no epoch.
        """
        require_name("zone_id", zone_id)
        now = monotonic_ms()
        self._status.require_answers(now)
        return self._local.epoch_of(zone_id, now)

    def check(self, query: RevocationQuery) -> RevocationState:
        """Answers for all anchors and the epoch at once. Raises as the single questions do."""
        now = monotonic_ms()
        self._status.require_answers(now)
        revoked = False
        for anchor in query.anchors:
            require_name("anchor", anchor)
            revoked = revoked or self._local.is_revoked(anchor, now)
        if query.zone_id is None:
            return RevocationState(revoked=revoked, delegation_epoch=0)
        require_name("zone_id", query.zone_id)
        epoch = self._local.epoch_of(query.zone_id, now)
        return RevocationState(revoked=revoked, delegation_epoch=epoch)

    async def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        """Revokes an anchor, here at once and in the shared keys.

        Other replicas hear of it when they next read the keys: to be heard within a second, a
        revocation has to be published as an event.

        Raises:
            RevocationStoreFullError: This replica, or Redis, has no room for it.
            TypeError: As `RedisRevocationStore.mark_revoked` does, which goes for the others too.
            ValueError: The TTL is not a positive finite number.
            RedisStoreError: It is not known whether the shared entry is stored.
        """
        require_name("anchor", anchor)
        ttl = self._ttl(ttl_ms)
        await self._mark(AnchorRevoked(anchor), ttl, self._store.mark_revoked(anchor, ttl))

    async def mark_delegation_epoch(
        self, zone_id: str, epoch: int, ttl_ms: float | None = None
    ) -> None:
        """Raises a zone's delegation epoch, as `mark_revoked` revokes an anchor."""
        require_name("zone_id", zone_id)
        require_epoch(epoch)
        ttl = self._ttl(ttl_ms)
        writing = self._store.mark_delegation_epoch(zone_id, epoch, ttl)
        await self._mark(EpochRaised(zone_id, epoch), ttl, writing)

    def subscribe(self, listener: Callable[[RevocationEvent], object]) -> Callable[[], None]:
        """Calls the listener for each anchor newly revoked and each epoch that grew.

        Synchronously and after the entry is stored, wherever it came from. What a listener raises
        is logged. Each subscription is kept until the returned function is called.

        Raises:
            TypeError: The listener is not a function.
        """
        return self._listeners.add(listener)

    def _ttl(self, ttl_ms: float | None) -> float:
        if ttl_ms is None:
            return self._options.default_ttl_ms
        require_ttl(ttl_ms)
        return ttl_ms

    async def _mark(self, event: RevocationEvent, ttl_ms: float, writing: Awaitable[None]) -> None:
        """Whatever of the two fails, the other one is done."""
        now = monotonic_ms()
        try:
            # Without a mark, so that it is written again where the write fails.
            self._local.add(LocalRevocation(event, now + ttl_ms), marked=False, now=now)
        except RevocationStoreFullError as error:
            self._synchroniser.report(error)
            raise
        finally:
            await writing
