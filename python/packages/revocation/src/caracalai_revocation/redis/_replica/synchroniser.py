"""Keeping what one instance knows in step with Redis."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ..._errors import RevocationStoreError, RevocationStoreFullError
from .._clock import monotonic_ms
from .._streams.stream_reply import StreamEntry
from .after_check import after_check, after_entries
from .check_stream import CheckedPlace
from .event_reader import EventReader
from .key_tasks import KeyTasks, ReplicaParts
from .local_revocations import LocalRevocation
from .new_round import after_full, after_full_retry
from .replica_readiness import ReplicaTask, is_waiting_for_proof, next_task
from .stream_follower import FollowerAnswer, FollowerSettings, ReadingPlace, StreamFollower
from .stream_state import STREAMS, StreamCheck, StreamName

_LONGEST_CHECK_MS = 350
"""Between two checks at most."""

_SHORTEST_CHECK_MS = 40
"""Between two checks while the next one may end a synchronisation."""


class Synchroniser:
    """Keeps what one instance knows in step with Redis.

    It follows both streams, each on a connection of its own, and does what the state of the replica
    asks for.
    """

    def __init__(self, parts: ReplicaParts, readers: Mapping[StreamName, EventReader]) -> None:
        self._parts = parts
        self._status = parts.status
        self._readers = readers
        self._tasks = KeyTasks(parts)
        self._followers = [_OneStream(self, name).follower for name in STREAMS]
        self._task: asyncio.Task[None] | None = None
        self._next_reconcile = self._in_a_while()
        self.last_error: str | None = None
        """What went wrong last, in a sentence without secrets."""

    @property
    def parts(self) -> ReplicaParts:
        """What it works on."""
        return self._parts

    def start(self) -> None:
        """Begins, in the event loop that runs."""
        for follower in self._followers:
            follower.start()

    async def stop(self) -> None:
        """Returns when nothing is under way any more."""
        for follower in self._followers:
            await follower.stop()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def check_every_ms(self) -> float:
        """How long to wait after one check before the next one."""
        pace = self._parts.options.pace
        if is_waiting_for_proof(self._status.state, monotonic_ms(), pace):
            return _SHORTEST_CHECK_MS
        # Some may fail before the latest proof is too old.
        return min(_LONGEST_CHECK_MS, pace.max_staleness_ms / 5)

    def on_check(self, stream: StreamName, answer: FollowerAnswer) -> None:
        """Hears how a stream goes on."""
        facts, entries = answer.checked
        self._add(stream, answer.place.round, entries)
        now = monotonic_ms()
        check = StreamCheck(
            stream=stream,
            round=answer.place.round,
            sent_at=answer.sent_at,
            facts=facts,
            last_id=entries[-1].id if entries else None,
        )
        pace = self._parts.options.pace
        self._status.update(after_check(self._status.state, check, now, pace))
        self._parts.local.sweep_some(now)
        self._work(now)

    def on_entries(
        self, stream: StreamName, place: ReadingPlace, entries: Sequence[StreamEntry]
    ) -> None:
        """Hears of entries that came between two answers."""
        self._add(stream, place.round, entries)
        if entries:
            following = after_entries(
                self._status.state, stream, place.round, entries[-1].id, len(entries)
            )
            self._status.update(following)

    def report(self, error: Exception) -> None:
        """Keeps an error for the health; where there is no room, the replica is full."""
        if isinstance(error, RevocationStoreFullError):
            pace = self._parts.options.pace
            self._status.update(after_full(self._status.state, monotonic_ms(), pace))
        # Other errors may quote what is secret.
        is_own = isinstance(error, RevocationStoreError | RevocationStoreFullError)
        self.last_error = str(error) if is_own else "Something failed that is not expected to."

    def _add(self, stream: StreamName, round_: int, entries: Sequence[StreamEntry]) -> None:
        """What was read in an earlier round may have come from a server that has lost it since."""
        now = monotonic_ms()
        marked = round_ == self._status.state.round
        expiry = now + self._parts.options.default_ttl_ms
        for event in self._readers[stream].read(entries):
            self._add_one(LocalRevocation(event, expiry), marked, now)

    def _add_one(self, revocation: LocalRevocation, marked: bool, now: float) -> None:
        try:
            self._parts.local.add(revocation, marked=marked, now=now)
        except RevocationStoreFullError as error:
            self.report(error)

    def _work(self, now: float) -> None:
        """Begins what is to be done, where nothing is being done."""
        status = self._status
        if (self._task is not None and not self._task.done()) or not status.is_running:
            return
        task = next_task(status.state, now, self._parts.options.pace)
        is_time = now >= self._next_reconcile and status.problem_at(now) is None
        if task is not None or is_time:
            self._task = asyncio.ensure_future(self._perform(task))

    async def _perform(self, task: ReplicaTask | None) -> None:
        status = self._status
        try:
            if task == "snapshot":
                await self._tasks.snapshot()
            elif task == "adopt":
                await self._tasks.adopt()
            elif task == "retry":
                pace = self._parts.options.pace
                status.update(after_full_retry(status.state, monotonic_ms(), pace))
            else:
                self._next_reconcile = self._in_a_while()
                await self._tasks.reconcile(tells=task == "reconcile")
        except Exception as error:  # whatever it was, it is tried again
            self.report(error)

    def _in_a_while(self) -> float:
        """Not all instances at the same time."""
        share = 0.8 + random.random() * 0.4  # noqa: S311 - no secret
        return monotonic_ms() + self._parts.options.reconcile_ms * share


class _OneStream:
    """The synchroniser, as the follower of one stream knows it."""

    def __init__(self, synchroniser: Synchroniser, name: StreamName) -> None:
        parts = synchroniser.parts
        self._synchroniser = synchroniser
        self._name = name
        self._status = parts.status
        settings = FollowerSettings(
            redis=parts.options.redis,
            keys=parts.keys[name],
            command_timeout_ms=parts.options.command_timeout_ms,
        )
        self.follower = StreamFollower(settings, self)

    def place(self) -> ReadingPlace:
        state = self._status.state
        known = state.stream(self._name)
        if known.position is None:
            return ReadingPlace(state.round, CheckedPlace())
        last_id, added = known.position
        place = CheckedPlace(last_id, added, known.removed, known.run_id)
        return ReadingPlace(state.round, place)

    def check_every_ms(self) -> float:
        return self._synchroniser.check_every_ms()

    def on_check(self, answer: FollowerAnswer) -> None:
        self._synchroniser.on_check(self._name, answer)

    def on_entries(self, place: ReadingPlace, entries: Sequence[StreamEntry]) -> None:
        self._synchroniser.on_entries(self._name, place, entries)

    def on_error(self, error: Exception) -> None:
        self._synchroniser.report(error)
