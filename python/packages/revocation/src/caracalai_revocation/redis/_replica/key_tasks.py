"""What a replica does with the shared keys."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .._clock import monotonic_ms
from .._commands.timed_command import TimedCommand
from .._store.redis_revocation_store import RedisRevocationStore
from .._store.revocation_keys import RevocationKeys
from .after_key_task import (
    after_made_good,
    after_marker_refused,
    after_marker_set,
    after_reconcile_began,
    after_reconcile_failed,
    after_snapshot,
    after_snapshot_began,
    after_snapshot_failed,
    before_marker,
    before_writes,
)
from .history_marker import new_marker, set_marker
from .local_revocations import LocalRevocations
from .made_good import make_good
from .new_round import after_lost_race, wait_for_writes_ms
from .reconcile_keys import Reconciliation
from .replica_options import ReplicaOptions
from .replica_readiness import notes_to_answer
from .replica_state import TELLING_STREAM
from .replica_status import ReplicaStatus
from .stream_keys import StreamKeys
from .stream_state import STREAMS, StreamName, StreamState

_MAX_PENDING = 1_000
"""A bound on what waits in the client, far above what is ever under way."""


@dataclass(frozen=True)
class ReplicaParts:
    """The parts of a replica that its tasks work on.

    Attributes:
        options: Its options.
        status: Its state.
        local: What it knows.
        store: The shared store.
        keys: The keys that tell of each stream.
    """

    options: ReplicaOptions
    status: ReplicaStatus
    local: LocalRevocations
    store: RedisRevocationStore
    keys: Mapping[StreamName, StreamKeys]


class KeyTasks:
    """What a replica does with the shared keys.

    Every task belongs to the round in which it was begun; in another one its result is not used.
    """

    def __init__(self, parts: ReplicaParts) -> None:
        self._parts = parts
        self._status = parts.status
        self._keys = RevocationKeys(parts.options.key_prefix)
        self._command = TimedCommand(parts.options.redis.command, _MAX_PENDING)

    async def snapshot(self) -> None:
        """Takes over all keys and writes what they lack.

        If anything was lacking, the marker is changed: then the other instances know that there is
        something for them to read.

        Raises:
            RedisStoreError: The keys could not be read or written.
            RevocationStoreFullError: The replica has no room.
        """
        status, pace = self._status, self._parts.options.pace
        begun = status.state
        is_current = self._is_current()
        status.update(after_snapshot_began(begun))
        try:
            await self._reconcile(is_current, self._owe_marker)
            for stream in STREAMS:
                if not is_current():
                    return
                # On the server that was read and written: another one may lack what was written.
                run_id = begun.stream(stream).run_id
                if not self._has_to_mark(stream) or await self._mark(stream, run_id):
                    continue
                if is_current():
                    status.update(after_lost_race(status.state, monotonic_ms(), pace))
                return
            status.update(after_snapshot(status.state, begun.round, monotonic_ms()))
        except Exception:
            failed = after_snapshot_failed(status.state, begun.round, monotonic_ms(), pace)
            status.update(failed)
            raise

    async def adopt(self) -> None:
        """Marks the streams of a Redis that nobody has marked.

        Raises:
            RedisStoreError: It is not known whether they are.
        """
        begun = self._status.state
        for stream in STREAMS:
            known = begun.stream(stream)
            if known.marker is None:
                await self._mark(stream, known.run_id)

    async def reconcile(self, *, tells: bool) -> None:
        """Takes over what came into the keys past the streams, and writes what they lack.

        The replica goes on answering meanwhile.

        Args:
            tells: Whether what is written is more than consumers are about to write anyway, so that
                other instances have to be told of it.

        Raises:
            RedisStoreError: The keys could not be read or written.
            RevocationStoreFullError: The replica has no room.
        """
        status, pace = self._status, self._parts.options.pace
        round_ = status.state.round
        status.update(after_reconcile_began(status.state, monotonic_ms()))
        try:
            await self._compare(tells=tells)
        except Exception:
            status.update(after_reconcile_failed(status.state, round_, monotonic_ms(), pace))
            raise

    async def _compare(self, *, tells: bool) -> None:
        status = self._status
        begun = status.state
        notes = notes_to_answer(begun)
        is_current = self._is_current()
        # What was read before this moment, consumers have written by the end of the pause.
        self._parts.local.unmark()
        await asyncio.sleep(wait_for_writes_ms(self._parts.options.pace) / 1_000)
        await self._reconcile(is_current, self._owe_marker if tells else _owe_nothing)
        if is_current() and status.state.owes_marker:
            await self._mark(TELLING_STREAM, begun.stream(TELLING_STREAM).run_id)
        for stream in notes:
            if is_current():
                await self._answer_note(stream, begun.stream(stream))

    async def _answer_note(self, stream: StreamName, known: StreamState) -> None:
        """What was lost is in the keys by now, as far as this replica knows it."""
        note = known.note
        if note is None:
            return
        await make_good(
            self._command,
            self._parts.keys[stream].loss_key,
            run_id=known.run_id or "",
            note=note.text,
            is_proven=note.is_proven,
            timeout_ms=self._parts.options.command_timeout_ms,
        )
        self._status.update(after_made_good(self._status.state, stream, note.text))

    def _is_current(self) -> Callable[[], bool]:
        status = self._status
        begun = status.state.round
        return lambda: status.is_running and status.state.round == begun

    def _owe_marker(self) -> None:
        self._status.update(before_writes(self._status.state))

    async def _reconcile(
        self, is_current: Callable[[], bool], before_write: Callable[[], None]
    ) -> None:
        parts = self._parts
        connection = parts.options.redis.connection()
        timeout_ms = parts.options.command_timeout_ms
        reconciliation = Reconciliation(
            local=parts.local,
            # On the connection by which the keys are read: others may lead to another server.
            store=parts.store.over(connection.command),
            keys=self._keys,
            key_prefix=parts.options.key_prefix,
            timeout_ms=timeout_ms,
            run_ids=[stream.run_id for stream in self._status.state.streams],
            is_current=is_current,
            before_write=before_write,
        )
        try:
            await TimedCommand(connection.open, 1)(timeout_ms=timeout_ms)
            await reconciliation.run(TimedCommand(connection.command, _MAX_PENDING))
        finally:
            await connection.close()

    def _has_to_mark(self, stream: StreamName) -> bool:
        state = self._status.state
        return state.stream(stream).marker is None or (
            state.owes_marker and stream == TELLING_STREAM
        )

    async def _mark(self, stream: StreamName, run_id: str | None) -> bool:
        """Returns whether it was still that server, and the marker that is known."""
        status = self._status
        begun = status.state
        marker = new_marker()
        status.update(before_marker(begun, stream, marker))
        is_set = await set_marker(
            self._command,
            self._parts.keys[stream].marker_key,
            run_id=run_id or "",
            old=begun.stream(stream).marker,
            new=marker,
            timeout_ms=self._parts.options.command_timeout_ms,
        )
        if status.state.round == begun.round:
            state = status.state
            is_now = monotonic_ms()
            status.update(
                after_marker_set(state, stream, is_now)
                if is_set
                else after_marker_refused(state, stream)
            )
        return is_set


def _owe_nothing() -> None:
    """What is written, consumers are about to write too."""
