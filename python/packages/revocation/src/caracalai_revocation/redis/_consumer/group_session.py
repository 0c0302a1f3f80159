"""The work of one consumer on one connection."""

import asyncio
import math
from collections.abc import Callable, Sequence

from .._clock import monotonic_ms
from .._commands.pause import backoff_ms, pause
from .._streams.judge_position import KnownPosition, StreamPosition, judge_position
from .._streams.stream_id import BEGINNING, time_of_entry
from .._streams.stream_reply import StreamEntry
from .consumer_group import COUNT, ConsumerGroup, GroupRead, KnownEnd
from .consumer_health import ConsumerRecord
from .consumer_options import ConsumerOptions
from .event_handler import EventHandler, Outcome, Outlet
from .held_entries import HeldEntries
from .loss_note import KnownLoss, LossKind, kind_of_loss, new_loss_note
from .stream_clock import StreamClock
from .up_to_date_at import up_to_date_at

_LONGEST_WAIT_MS = 250
_IDLE_CHECK_MS = 60_000
_IDLE_CONSUMER_MS = 3_600_000


class GroupMemory:
    """What a consumer remembers from one connection to the next.

    Whether the group was there, and how far the stream went: Redis may come back without it.
    """

    def __init__(self) -> None:
        self.knew_group = False
        self.known: KnownEnd | None = None
        self.loss = KnownLoss()
        self.held = HeldEntries()


class GroupSession:
    """The work of one consumer on one connection.

    It takes entries, has them acted on, and acknowledges what was confirmed.
    """

    def __init__(
        self,
        options: ConsumerOptions,
        outlet: Outlet,
        *,
        handler: EventHandler,
        record: ConsumerRecord,
        memory: GroupMemory,
    ) -> None:
        self._options = options
        self._outlet = outlet
        self._handler = handler
        self._record = record
        self._memory = memory
        self._group = ConsumerGroup(outlet.command, options)
        # Of this connection: another one may lead to a server with other ids.
        self._clock = StreamClock()
        self._server_time_ms = 0

    async def run(self, stopping: asyncio.Event, on_read: Callable[[], None]) -> None:
        """Works until it is stopped: finishes what is in hand then, and leaves the group.

        Raises:
            RedisStoreError: The connection or Redis fails.
        """
        await self._ensure_group()
        await self._take_up_own(stopping)
        claim_at = idle_check_at = monotonic_ms()
        is_any_held = True
        failures = 0
        while not stopping.is_set():
            if is_any_held and monotonic_ms() >= claim_at:
                claim_at = await self._claim(stopping)
            if monotonic_ms() >= idle_check_at:
                await self._group.remove_idle(_IDLE_CONSUMER_MS)
                idle_check_at = monotonic_ms() + _IDLE_CHECK_MS
            read = await self._observe(await self._group.read_new(self._memory.known))
            is_any_held = read.pending > 0
            is_written = await self._process(read.entries)
            on_read()
            failures = 0 if is_written else failures + 1
            # What can't be written is tried again with the next claim; taking more is no hurry.
            if not is_written:
                await pause(backoff_ms(failures), stopping)
            elif not read.entries:
                await self._wait(read.last_delivered_id, claim_at if is_any_held else math.inf)
        await self._group.remove_idle(0, self._options.consumer_name)

    async def _ensure_group(self) -> None:
        await self._group.ensure(was_there=self._memory.knew_group)
        self._memory.knew_group = True

    async def _take_up_own(self, stopping: asyncio.Event) -> None:
        """What this consumer was given before, and may not have acted on."""
        behind = BEGINNING
        while not stopping.is_set():
            known = self._memory.known
            entries = (await self._observe(await self._group.read_own(behind, known))).entries
            # Behind the highest id there can be, Redis begins again.
            if not entries or entries[-1].id == behind:
                return
            await self._process(entries)
            behind = entries[-1].id

    async def _claim(self, stopping: asyncio.Event) -> float:
        """Takes over what has been held for long, by others or by this consumer itself.

        Returns:
            When to look next.
        """
        held_ms = self._options.claim_idle_ms
        held = self._memory.held
        sent_at = monotonic_ms()
        entries = await self._group.read_held()
        due = held.look(entries, sent_at=sent_at, answered_at=monotonic_ms(), held_ms=held_ms)
        for start in range(0, len(due), COUNT):
            if stopping.is_set():
                break
            taken = await self._group.take_over(due[start : start + COUNT])
            self._record.reclaimed += len(taken)
            # Where it can't be written, the others come first the next time.
            if not await self._process(taken):
                break
        next_look = monotonic_ms() + held_ms / 2
        if due or held.oldest_since is None:
            return next_look
        return min(next_look, held.oldest_since + held_ms)

    async def _observe(self, read: GroupRead) -> GroupRead:
        facts = read.facts
        self._server_time_ms = read.server_time_ms
        self._record.note_read(read, up_to_date_at(read, self._clock))
        self._clock.note(facts.last_generated_id, read.sent_at)
        await self._observe_loss(read)
        self._memory.known = KnownEnd(
            facts.last_generated_id, facts.entries_added, facts.run_id, read.last_digest
        )
        return read

    async def _observe_loss(self, read: GroupRead) -> None:
        known, loss = self._memory.known, self._memory.loss
        is_other_server = known is None or known.run_id != read.facts.run_id
        # The stream lacks an entry that it had: a failover to a replica that was behind, for
        # instance.
        if known is not None and not _goes_on(known, read):
            await self._note_loss("history_lost")
        elif read.loss_note is None and loss.note is not None and is_other_server:
            # Such a replica may lack the note. On the same server, an operator has deleted it.
            await self._note_loss(kind_of_loss(loss.note))
        else:
            known_ms = loss.see(read.loss_note, read.sent_at)
            is_over = known_ms >= self._options.max_mandate_lifetime_ms
            if read.loss_note is not None and is_over:
                await self._group.forget_loss(read.loss_note)

    async def _process(self, entries: Sequence[StreamEntry]) -> bool:
        """Has entries acted on, all at once, and acknowledges those that were.

        In which order does not matter: nothing that is written undoes anything.

        Returns:
            Whether all were acted on.
        """
        outcomes = await asyncio.gather(
            *(self._handler.handle(entry, self._outlet) for entry in entries)
        )

        def having(outcome: Outcome) -> list[str]:
            pairs = zip(entries, outcomes, strict=True)
            return [entry.id for entry, became in pairs if became == outcome]

        applied, dead, trimmed = having("applied"), having("dead"), having("trimmed")
        if any(map(self._may_matter, trimmed)):
            await self._note_loss("stream_trimmed")
        await self._group.acknowledge([*applied, *dead, *trimmed])
        self._record.applied += len(applied)
        self._record.dead_letters += len(dead)
        self._record.trimmed += len(trimmed)
        return "unwritten" not in outcomes

    def _may_matter(self, entry_id: str) -> bool:
        """Whether a mandate that an event may have revoked can be alive."""
        age = self._server_time_ms - time_of_entry(entry_id)
        return age < self._options.max_mandate_lifetime_ms

    async def _note_loss(self, kind: LossKind) -> None:
        note = new_loss_note(kind)
        self._record.note_loss(kind)
        await self._group.note_loss(note)
        self._memory.loss.see(note, monotonic_ms())

    async def _wait(self, behind: str, until: float) -> None:
        """Until something is new, or a claim is due."""
        wait_ms = math.ceil(min(until - monotonic_ms(), _LONGEST_WAIT_MS))
        if wait_ms > 0:
            await self._group.wait(behind, wait_ms)


def _goes_on(known: KnownEnd, read: GroupRead) -> bool:
    position = KnownPosition(StreamPosition(known.last_id, known.added), known.run_id)
    # The counts of another history may fit by chance. Where the last entry is there, all before it
    # are.
    is_same_server = known.run_id == read.facts.run_id
    is_proven = is_same_server or read.holds_position or known.last_id == BEGINNING
    return is_proven and judge_position(position, read.facts) is None
