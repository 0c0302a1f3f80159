"""What a replica keeps in memory."""

import random
import uuid
from array import array
from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from caracalai_revocation import (
    AnchorRevoked,
    EpochRaised,
    RevocationEvent,
    RevocationStoreError,
    RevocationStoreFullError,
)
from caracalai_revocation.redis._replica import id_segment
from caracalai_revocation.redis._replica.anchor_table import AnchorEntry, AnchorTable
from caracalai_revocation.redis._replica.id_segment import IdSegment
from caracalai_revocation.redis._replica.local_revocations import LocalRevocation, LocalRevocations
from caracalai_revocation.redis._replica.text_table import TextEntry, TextTable
from caracalai_revocation.redis._replica.uuid_bits import print_uuid, read_uuid

SEED = 2026


def test_uuids_in_their_canonical_form_alone() -> None:
    for text in (
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    ):
        bits = read_uuid(text)
        assert bits is not None
        assert print_uuid(bits) == text
    for text in (
        "",
        "0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
        "{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b\n",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4_5b",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5\u0665",
        "0190a1b2-c3d4-7e5f-8a9-b0c1d2e3f4a5b",
    ):
        assert read_uuid(text) is None


def test_the_table_is_right_whatever_comes() -> None:
    """Against a dictionary, over marks, ends and sweeps by chance."""
    chance = random.Random(SEED)
    for trial in range(20):
        table = AnchorTable(10_000, trial)
        model: dict[str, tuple[float, bool]] = {}
        names = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(150)]
        names += [f"text-{number}" for number in range(50)]
        now = 1_000.0
        for _ in range(1_500):
            now += chance.choice((0, 100, 100, 500))
            name = chance.choice(names)
            known, was_marked = model.get(name, (-inf, False))
            is_live = now < known
            if chance.random() < 0.01:
                table.unmark()
                model = {name: (expiry, False) for name, (expiry, _) in model.items()}
                continue
            if chance.random() < 0.02:
                table.sweep_some(now)
            # Whole tenths of a second: then an entry ends exactly.
            expiry = now + 100 * chance.randint(1, 200)
            marked = chance.random() < 0.5
            is_new = table.add(AnchorEntry(name, expiry), marked=marked, now=now)
            assert is_new == (not is_live)
            kept = max(known, expiry) if is_live else expiry
            model[name] = (kept, marked or (is_live and was_marked))
            other = chance.choice(names)
            assert table.has(other, now) == (now < model.get(other, (-inf, False))[0])
        unmarked = {it.anchor: it.expiry for batch in table.unmarked(now) for it in batch}
        expected = {
            name: expiry for name, (expiry, marked) in model.items() if expiry > now and not marked
        }
        assert unmarked == expected


def test_many_uuids_are_right_and_compact() -> None:
    chance = random.Random(SEED)
    table = AnchorTable(1_000_000, 1)
    ids = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(60_000)]
    for name in ids[:50_000]:
        table.add(AnchorEntry(name, 1e9), marked=True, now=0)
        if table.size % 5_000 == 0:
            assert table.id_bytes / table.size <= 64 or table.size < 50_000
    assert table.size == 50_000
    assert all(table.has(name, 1) for name in ids[:50_000])
    assert not any(table.has(name, 1) for name in ids[50_000:])
    assert table.id_bytes / table.size <= 64


def test_ended_entries_give_their_room_back() -> None:
    table = AnchorTable(1_000, 1)
    for turn in range(30):
        now = turn * 1_000.0
        for _ in range(900):
            name = str(uuid.uuid4())
            table.add(AnchorEntry(name, now + 500), marked=False, now=now)
    assert table.size <= 1_000
    assert table.id_bytes < 64 * 2_048


def test_a_full_table_drops_nothing() -> None:
    table = AnchorTable(2, 1)
    one, two = str(uuid.uuid4()), "text"
    table.add(AnchorEntry(one, 1_000), marked=False, now=0)
    table.add(AnchorEntry(two, 2_000), marked=False, now=0)
    for name in (str(uuid.uuid4()), "other"):
        with pytest.raises(RevocationStoreFullError, match="2 live anchors"):
            table.add(AnchorEntry(name, 1_000), marked=False, now=999)
    table.add(AnchorEntry(one, 3_000), marked=False, now=999)
    assert table.has(one, 2_999)
    table.add(AnchorEntry("other", 3_000), marked=False, now=2_000)
    assert (table.has(two, 2_000), table.has("other", 2_000)) == (False, True)


def test_texts_have_a_bound_of_their_own() -> None:
    table = AnchorTable(10, 1)
    table.add(AnchorEntry("\U0001f511" * 30_000, 1_000), marked=False, now=0)
    with pytest.raises(RevocationStoreFullError, match="no UUIDs"):
        table.add(AnchorEntry("x" * 6_000, 1_000), marked=False, now=0)
    table.add(AnchorEntry("x" * 6_000, 2_000), marked=False, now=1_000)


def test_what_never_ends_does_not() -> None:
    table = AnchorTable(10, 1)
    name = str(uuid.uuid4())
    table.add(AnchorEntry(name, inf), marked=False, now=0)
    assert table.has(name, 1e15)
    ((_, expiry),) = [it for batch in table.unmarked(1e9) for it in batch]
    assert expiry == inf


def test_a_segment_is_found_in_around_its_end() -> None:
    """Every place of a crowded segment, with runs that begin anew at its start."""
    for seed in range(50):
        segment = IdSegment(seed)
        for number in range(12):
            segment.set(number, 10, marked=False, now=0)
        assert [segment.deadline_of(number) for number in range(13)] == [10] * 12 + [0]


def test_epochs_only_grow_and_marks_are_of_the_epoch() -> None:
    heard: list[RevocationEvent] = []
    local = LocalRevocations(2, heard.append)

    def add(zone: str, epoch: int, expiry: float, *, marked: bool = False, now: float = 0) -> None:
        event = EpochRaised(zone, epoch)
        local.add(LocalRevocation(event, expiry), marked=marked, now=now)

    def unmarked() -> list[LocalRevocation]:
        return [it for batch in local.unmarked(0) for it in batch]

    add("zone", 0, 1_000)
    assert (local.size, heard) == (0, [])
    add("zone", 5, 1_000, marked=True)
    add("zone", 4, 2_000)
    assert local.epoch_of("zone", 1_999) == 5
    assert unmarked() == []
    add("zone", 6, 500)
    assert unmarked() == [LocalRevocation(EpochRaised("zone", 6), 2_000)]
    add("zone", 5, 500, marked=True)
    assert len(unmarked()) == 1
    add("zone", 6, 500, marked=True)
    assert unmarked() == []
    assert heard == [EpochRaised("zone", 5), EpochRaised("zone", 6)]
    add("other", 1, 1_000)
    with pytest.raises(RevocationStoreFullError, match="2 live zones"):
        add("third", 1, 1_000)
    assert local.epoch_of("zone", 2_000) == 0
    add("third", 1, 3_000, now=1_000)

    with pytest.raises(RevocationStoreError):
        local.is_revoked("delegation-epoch:third", 1_000)
    local.add(LocalRevocation(AnchorRevoked("delegation-epoch:third"), 9e9), marked=True, now=0)
    assert local.is_revoked("delegation-epoch:third", 1_000)
    local.unreadable_zones = frozenset({"odd"})
    with pytest.raises(RevocationStoreError):
        local.epoch_of("odd", 0)


def test_texts_may_change_while_they_are_looked_through() -> None:
    table = TextTable[int]()
    for number in range(10):
        table.set(str(number), TextEntry(number, 100), marked=False, now=0)
    for text, entry in table.unmarked(0):
        table.set(text, entry, marked=True, now=0)
        table.set(f"{text} more", entry, marked=True, now=0)
    assert table.unmarked(0) == []
    table.unmark()
    assert len(table.unmarked(0)) == 20
    table.sweep(100)
    assert (table.size, table.length, table.unmarked(0)) == (0, 0, [])


class OutOfMemory:
    """Fails at one allocation from now on, counted from 0, and at none after it."""

    def __init__(self) -> None:
        self.left = -1

    def __call__(self, kind: Callable[..., Any]) -> Callable[..., Any]:
        def allocate(*arguments: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                raise MemoryError
            return kind(*arguments)

        return allocate

    def fail_at(self, allocation: int) -> None:
        self.left = allocation


@pytest.mark.parametrize("allocation", range(4), ids=["high", "low", "deadlines", "states"])
def test_without_memory_to_grow_all_that_is_held_stays(
    monkeypatch: pytest.MonkeyPatch, allocation: int
) -> None:
    memory = OutOfMemory()
    monkeypatch.setattr(id_segment, "array", memory(array))
    monkeypatch.setattr(id_segment, "bytearray", memory(bytearray), raising=False)
    chance = random.Random(SEED)
    table = AnchorTable(2_000, SEED)
    names = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(1_000)]
    expiry = {name: 1e9 if number % 3 else 60_000.0 for number, name in enumerate(names)}
    stored: list[str] = []
    refused = 0
    for name in names:
        memory.fail_at(allocation)
        try:
            table.add(AnchorEntry(name, expiry[name]), marked=False, now=0)
        except MemoryError:
            refused += 1
            assert not table.has(name, 1)
            # Each time that it grows, none of those before it is lost.
            assert all(table.has(known, 1) for known in stored)
            assert table.size == len(stored)
            table.add(AnchorEntry(name, expiry[name]), marked=False, now=0)
        stored.append(name)
    assert refused > 5
    assert all(table.has(name, 1) for name in names)

    # No more so where what has ended makes room.
    memory.fail_at(allocation)
    with pytest.raises(MemoryError):
        table.sweep_some(60_000)
    assert [table.has(name, 59_999) for name in names] == [True] * 1_000
    for _ in range(2):
        table.sweep_some(60_000)
    assert [table.has(name, 60_000) for name in names] == [expiry[name] == 1e9 for name in names]
    assert table.size == sum(ends == 1e9 for ends in expiry.values())


class FullDict(dict[Any, Any]):
    """A dictionary without memory for anything new."""

    is_full = False

    def __setitem__(self, key: Any, value: Any) -> None:
        if self.is_full and key not in self:
            raise MemoryError
        super().__setitem__(key, value)


@pytest.mark.parametrize("part", ["_entries", "_unmarked"])
def test_without_memory_a_text_is_not_stored_in_part(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    table = TextTable[bool]()
    held = FullDict()
    monkeypatch.setattr(table, part, held)
    table.set("known", TextEntry(True, 10.0), marked=False, now=0)
    held.is_full = True
    with pytest.raises(MemoryError):
        table.set("new", TextEntry(True, 20.0), marked=False, now=0)
    assert table.get("known", 1) == TextEntry(True, 10.0)
    assert not table.has("new")
    assert [text for text, _ in table.unmarked(1)] == ["known"]
    assert (table.size, table.length) == (1, 5)
