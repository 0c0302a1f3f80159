import asyncio
import contextlib

import pytest

from caracalai_identity import DeadlineError, settle_within


async def answer() -> int:
    await asyncio.sleep(0)
    return 1


async def test_what_is_done_in_time() -> None:
    assert await settle_within(answer(), 1_000) == 1


async def test_what_fails_in_time_fails_as_it_does() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await settle_within(fail(), 1_000)


async def test_what_is_late_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            cancelled.set()

    with pytest.raises(DeadlineError):
        await settle_within(hang(), 10)
    await asyncio.wait_for(cancelled.wait(), 5)


async def test_what_ignores_its_cancellation_holds_nobody_up() -> None:
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()

    with pytest.raises(DeadlineError):
        await asyncio.wait_for(settle_within(stubborn(), 10), 5)
    release.set()


async def test_a_future_of_somebody_else_is_left_alone() -> None:
    future = asyncio.get_running_loop().create_future()
    with pytest.raises(DeadlineError):
        await settle_within(future, 10)
    assert not future.cancelled()
    future.set_exception(ValueError("too late, and nobody's"))


async def test_what_is_cancelled_by_itself_is_no_cancellation_of_ours() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(DeadlineError):
        await settle_within(cancelled(), 1_000)


async def test_who_waits_can_be_cancelled_and_takes_it_along() -> None:
    ended = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            ended.set()

    waiting = asyncio.create_task(settle_within(hang(), 100_000))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(ended.wait(), 5)
