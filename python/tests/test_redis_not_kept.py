"""An event that a replica could not keep, for a reason that nobody expects, is read again."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import NoReturn

import pytest

from caracalai_revocation.redis import ReplicaNotReadyError
from caracalai_revocation.redis._replica.anchor_table import AnchorTable
from caracalai_revocation.redis._replica.text_table import TextTable
from support.events import eventually, raise_epoch, revoke
from support.replicas import RunningReplica, Stage

LAST_ERROR = "Something failed that is not expected to."


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield Stage(stack)


class Failing:
    """Has a method fail for some calls, or until it is mended, and counts them."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, name: str, failures: float) -> None:
        self.calls = 0
        self._failures = failures
        real: Callable[..., object] = getattr(owner, name)

        def method(*args: object, **named: object) -> object:
            self.calls += 1
            return self._fail() if self.calls <= self._failures else real(*args, **named)

        patch.setattr(owner, name, method)

    def mend(self) -> None:
        self._failures = 0

    def _fail(self) -> NoReturn:
        raise MemoryError("session")


def epoch_of(running: RunningReplica) -> int | None:
    try:
        return running.replica.current_delegation_epoch("zone")
    except ReplicaNotReadyError:
        return None


async def test_of_the_stream_of_revocations(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    server = stage.server()
    running = await stage.replica(server)
    add = Failing(monkeypatch, AnchorTable, "add", 1)
    revoke(server, "session")
    await running.revoked("session")
    assert (add.calls, running.heard) == (2, ["session"])
    assert running.replica.health().last_error == LAST_ERROR
    await eventually(lambda: running.replica.ready)


async def test_of_the_stream_of_delegations(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    server = stage.server()
    running = await stage.replica(server)
    put = Failing(monkeypatch, TextTable, "set", 1)
    raise_epoch(server, "zone", 7)
    await eventually(lambda: epoch_of(running) == 7)
    assert (put.calls, running.heard) == (2, ["zone 7"])


async def test_the_replica_is_silent_for_as_long_as_that_is_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stage.server()
    running = await stage.replica(server)
    add = Failing(monkeypatch, AnchorTable, "add", float("inf"))
    revoke(server, "session")
    await eventually(lambda: add.calls > 0)
    await eventually(lambda: running.answer("session") == "stale", 3)
    health = running.replica.health()
    assert (health.ready, health.problem, health.last_error) == (False, "stale", LAST_ERROR)
    # It goes on trying, and not all the time: after n failures it waits for up to a second.
    await eventually(lambda: add.calls > 6)
    calls = add.calls
    assert not await _within(1, lambda: add.calls > calls + 3)
    assert running.answer("session") == "stale"
    add.mend()
    await running.revoked("session")
    await eventually(lambda: running.replica.ready)
    assert running.heard == ["session"]


async def test_a_replica_that_starts_is_not_ready_until_it_is_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stage.server()
    add = Failing(monkeypatch, AnchorTable, "add", float("inf"))
    revoke(server, "session")
    running = stage.idle(server, start_timeout_ms=1_500)
    with pytest.raises(ReplicaNotReadyError):
        await running.replica.start()
    assert running.replica.health().last_error == LAST_ERROR
    add.mend()
    await running.revoked("session")


async def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    try:
        await eventually(condition, seconds)
    except AssertionError:
        return False
    return True
