"""What was removed from a stream before anybody had read it."""

from dataclasses import replace
from typing import NamedTuple

from .._consumer.loss_note import speaks_of
from .._streams.stream_id import parse_stream_id
from .judge_history import StreamFacts
from .stream_state import (
    Moment,
    ReadBefore,
    RoundReason,
    SeenLoss,
    SeenNote,
    StreamCheck,
    StreamState,
)

KEPT = "kept"
"""A loss of before, in a history that may not have the note about it."""


class Losses(NamedTuple):
    """What a replica knows about losses of a stream, after an answer: as in `StreamState`."""

    is_whole: bool
    loss: SeenLoss | None
    note: SeenNote | None
    proven_note: str | None


def judge_losses(
    known: StreamState, check: StreamCheck, moment: Moment, *, knows_history: bool
) -> Losses:
    """Whether what was removed from a stream may be in no key and unknown (decision 0009).

    Once all of it was known, this round's position shows that what is removed later was read
    before.
    """
    facts = check.facts
    is_known = known.is_whole is True or _reaches_into(known.read_before, facts)
    note = _see_note(known, facts, is_known=is_known, sent_at=check.sent_at)
    proven_note = note.text if note is not None and note.is_proven else known.proven_note
    if is_known:
        loss = _past_loss(known)
    else:
        loss = _find_loss(known, facts, moment.now, proven_note, knows_history=knows_history)
    lifetime_ms = moment.pace.max_mandate_lifetime_ms
    is_over = loss is not None and moment.now - loss.since >= lifetime_ms
    return Losses(
        is_whole=loss is None or is_over,
        loss=None if loss is None else replace(loss, is_over=is_over),
        note=note,
        proven_note=proven_note,
    )


def _past_loss(known: StreamState) -> SeenLoss | None:
    """A loss that does not matter any more; where it shows again, it is no other one."""
    return known.loss if known.loss is not None and known.loss.is_over else None


def remembered_of(known: StreamState, broken_by: RoundReason) -> StreamState:
    """What is remembered of a stream when a round ends."""
    position, run_id, loss = known.position, known.run_id, known.loss
    read_before = known.read_before
    if known.is_whole and position is not None and run_id is not None:
        read_before = ReadBefore(position.last_id, position.added, run_id)
    # Whoever has changed the marker knows what Redis has lost.
    is_known = loss is not None and loss.id == KEPT and broken_by == "history_changed"
    return StreamState(
        read_before=read_before,
        loss=None if is_known else loss,
        proven_note=known.proven_note,
        evicts=known.evicts,
    )


def _reaches_into(before: ReadBefore | None, facts: StreamFacts) -> bool:
    """Whether all that is gone from the stream was read before, in the same history."""
    if before is None or before.run_id != facts.run_id:
        return False
    return (
        parse_stream_id(facts.last_generated_id) >= parse_stream_id(before.last_id)
        and facts.entries_added >= before.added
        and facts.entries_added - facts.length <= before.added
    )


def matters(loss: SeenLoss | None) -> bool:
    """Whether what this replica does not know may still be needed."""
    return loss is not None and not loss.is_over


def _see_note(
    known: StreamState, facts: StreamFacts, *, is_known: bool, sent_at: float
) -> SeenNote | None:
    text = facts.note
    if text is None:
        return None
    if known.note is not None and known.note.text == text:
        return known.note
    # Of a history that was lost, no position tells how far it went.
    is_told = is_known and not speaks_of(text, "history_lost")
    is_proven = is_told or text == known.proven_note
    return SeenNote(text, sent_at, is_proven, is_done=facts.is_made_good and not is_proven)


def _find_loss(
    known: StreamState,
    facts: StreamFacts,
    now: float,
    proven_note: str | None,
    *,
    knows_history: bool,
) -> SeenLoss | None:
    loss, note = known.loss, facts.note
    if loss is not None and loss.id == KEPT:
        return loss

    def is_answered(text: str) -> bool:
        # A history that was lost is what markers are for: who knew it, carries it over.
        is_trimmed = speaks_of(text, "stream_trimmed")
        is_for_markers = knows_history and not matters(loss) and not is_trimmed
        return facts.is_made_good or text == proven_note or is_for_markers

    lost = facts.gap
    if lost is None and note is not None and not is_answered(note):
        lost = note
    if lost is None:
        return None
    return loss if loss is not None and loss.id == lost else SeenLoss(lost, now, is_over=False)
