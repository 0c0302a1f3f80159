import asyncio
import logging
import threading
import time
from typing import Any

import pytest

from caracalai_revocation import (
    AnchorRevoked,
    EpochRaised,
    InMemoryRevocationStore,
    RevocationEvent,
    RevocationQuery,
    RevocationState,
    RevocationStoreError,
    RevocationStoreFullError,
    check_each,
)
from caracalai_revocation._expiry_map import ExpiryMap


@pytest.mark.parametrize(
    "options",
    [
        {"ttl": 1},
        {"defaultTtlMs": 1},
        {"default_ttl_ms": 0},
        {"default_ttl_ms": float("inf")},
        {"default_ttl_ms": float("nan")},
        {"default_ttl_ms": "1"},
        {"default_ttl_ms": True},
        {"max_entries": 0},
        {"max_entries": 1.5},
        {"max_entries": 2**24 + 1},
        {"max_entries": True},
    ],
    ids=str,
)
def test_wrong_options(options: Any) -> None:
    with pytest.raises(TypeError):
        InMemoryRevocationStore(**options)


def test_none_is_the_default() -> None:
    InMemoryRevocationStore(default_ttl_ms=None, max_entries=None)


def test_a_full_store_refuses_loudly_and_drops_nothing() -> None:
    store = InMemoryRevocationStore(max_entries=2)
    store.mark_revoked("a")
    store.mark_revoked("b", 20)
    with pytest.raises(RevocationStoreFullError, match="2 live anchors"):
        store.mark_revoked("c")
    assert (store.is_revoked("a"), store.is_revoked("b"), store.is_revoked("c")) == (
        True,
        True,
        False,
    )
    store.mark_revoked("a")
    time.sleep(0.05)
    store.mark_revoked("c")
    assert store.size == 2

    for zone in ("x", "y"):
        store.mark_delegation_epoch(zone, 1)
    with pytest.raises(RevocationStoreFullError, match="2 live zones"):
        store.mark_delegation_epoch("z", 1)
    store.mark_delegation_epoch("x", 2)


def test_1000000_entries_are_right_and_bounded() -> None:
    store = InMemoryRevocationStore()
    for index in range(1_000_000):
        store.mark_revoked(f"session-{index}")
    assert store.size == 1_000_000
    assert all(store.is_revoked(f"session-{index}") for index in range(0, 1_000_000, 997))
    assert not store.is_revoked("session-1000000")
    with pytest.raises(RevocationStoreFullError):
        store.mark_revoked("session-1000000")


def test_the_wall_clock_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    store = InMemoryRevocationStore()
    store.mark_revoked("session", 60_000)
    store.mark_delegation_epoch("zone", 3, 60_000)
    for hour in (-3_600, 3_600, 10**9):
        monkeypatch.setattr(time, "time", lambda hour=hour: hour)
        assert store.is_revoked("session")
        assert store.current_delegation_epoch("zone") == 3


def test_entries_end_with_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    store = InMemoryRevocationStore(default_ttl_ms=1_000)
    store.mark_revoked("session")
    now[0] += 0.999
    assert store.is_revoked("session")
    now[0] += 0.001
    assert not store.is_revoked("session")
    assert store.size == 0


def test_marks_of_many_threads_are_all_kept() -> None:
    store = InMemoryRevocationStore(max_entries=20_000)
    heard: list[RevocationEvent] = []
    store.subscribe(heard.append)

    def mark(thread: int) -> None:
        for index in range(2_000):
            store.mark_revoked(f"session-{thread}-{index}", 60_000 if index % 2 else 1)
            store.mark_revoked("shared", 60_000)
            store.mark_delegation_epoch("zone", thread * 2_000 + index + 1)
            store.is_revoked(f"session-{index}-{thread}")

    threads = [threading.Thread(target=mark, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.current_delegation_epoch("zone") == 16_000
    assert all(store.is_revoked(f"session-{number}-1999") for number in range(8))
    assert heard.count(AnchorRevoked("shared")) == 1


def test_listeners_hear_events_that_nobody_can_change() -> None:
    store = InMemoryRevocationStore()
    heard: list[Any] = []
    store.subscribe(heard.append)
    store.mark_revoked("session")
    store.mark_delegation_epoch("zone", 4)
    assert heard == [AnchorRevoked("session"), EpochRaised("zone", 4)]
    assert [event.kind for event in heard] == ["anchor", "epoch"]
    with pytest.raises(AttributeError):
        heard[0].anchor = "other"
    for listener in (None, "listener", 1):
        with pytest.raises(TypeError):
            # What types forbid has to fail as well.
            store.subscribe(listener)  # type: ignore[arg-type]


def test_a_listener_that_unsubscribes_another_is_obeyed_at_once() -> None:
    store = InMemoryRevocationStore()
    heard: list[RevocationEvent] = []
    store.subscribe(lambda _: end())
    end = store.subscribe(heard.append)
    store.mark_revoked("session")
    assert heard == []


@pytest.mark.parametrize("is_async", [False, True])
async def test_of_a_listener_that_fails_only_the_kind_of_error_is_logged(
    is_async: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(event: RevocationEvent) -> None:
        raise ValueError(event)

    async def fail_later(event: RevocationEvent) -> None:
        raise ValueError(event)

    store = InMemoryRevocationStore()
    store.subscribe(fail_later if is_async else fail)
    with caplog.at_level(logging.DEBUG):
        store.mark_revoked("secret-anchor")
        await asyncio.sleep(0.01)
    assert "ValueError" in caplog.text
    assert "secret-anchor" not in caplog.text
    assert store.is_revoked("secret-anchor")


def test_an_async_listener_without_an_event_loop_is_an_error_of_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def listen(_: RevocationEvent) -> None: ...

    store = InMemoryRevocationStore()
    store.subscribe(listen)
    store.mark_revoked("session")
    assert "RuntimeError" in caplog.text


class Answers:
    """A store that answers as it is told."""

    def __init__(self, *revoked: Any, epoch: Any = 0) -> None:
        self.revoked = iter(revoked)
        self.epoch = epoch

    def is_revoked(self, _: str) -> Any:
        answer = next(self.revoked)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def current_delegation_epoch(self, _: str) -> Any:
        return self.epoch


async def later(value: object) -> object:
    await asyncio.sleep(0)
    return value


QUERY = RevocationQuery(["a", "b"], "zone")


class TestCheckEach:
    def test_at_once_where_the_store_is(self) -> None:
        assert check_each(Answers(False, True, epoch=3), QUERY) == RevocationState(
            revoked=True, delegation_epoch=3
        )
        assert check_each(Answers(False, False), RevocationQuery(["a", "b"])) == RevocationState(
            revoked=False, delegation_epoch=0
        )

    async def test_later_where_any_answer_is(self) -> None:
        for answers in (
            Answers(later(False), later(True), epoch=later(3)),
            Answers(False, later(True), epoch=3),
            Answers(False, True, epoch=later(3)),
        ):
            state = check_each(answers, QUERY)
            # It may be no awaitable by its type; here it has to be one.
            assert await state == RevocationState(  # type: ignore[misc]
                revoked=True, delegation_epoch=3
            )

    @pytest.mark.parametrize(
        "answers",
        [
            *(Answers(True, value) for value in (None, 0, 1, "true", [], object())),
            *(Answers(True, True, epoch=value) for value in (None, -1, 1.0, "0", True, 2**53)),
        ],
        ids=lambda answers: repr(answers.epoch),
    )
    def test_every_answer_is_validated(self, answers: Answers) -> None:
        with pytest.raises(RevocationStoreError, match="answered"):
            check_each(answers, QUERY)

    def test_an_error_is_passed_on_and_leaves_nothing_behind(self) -> None:
        with pytest.raises(OSError, match="down"):
            check_each(Answers(later(False), OSError("down")), QUERY)


class TestExpiryMap:
    def test_ended_entries_make_room_before_a_new_one_is_refused(self) -> None:
        entries = ExpiryMap[float]("things", 3, float)
        for index, expiry in enumerate((10, 20, 30)):
            entries.set(str(index), expiry, 0)
        with pytest.raises(RevocationStoreFullError):
            entries.set("new", 40, 9)
        entries.set("new", 40, 10)
        assert entries.live_size(10) == 3
        assert entries.get("0", 10) is None
        assert entries.get("1", 19) == 20

    def test_memory_stays_near_what_is_live(self) -> None:
        entries = ExpiryMap[float]("things", 1_000_000, float)
        for index in range(100_000):
            entries.set(str(index), index + 10, index)
        assert len(entries._entries) < 5_000
        assert entries.live_size(100_000) == 9
