"""What operators are told of a verification."""

import asyncio
import dataclasses
from typing import Any

import pytest

from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import ConfigurationError, Decision, DecisionItem
from support.verifier import token, verifier

ITEM = DecisionItem("tool", "pay")


async def test_every_decision_is_told_once() -> None:
    told: list[Decision] = []
    judge = verifier(required_scopes=["a"], on_decision=told.append)
    good = token(scope="a")
    result = await judge.authenticate(good, about=[ITEM])
    assert result.ok
    await judge.authorization(f"Bearer {token()}")
    await judge.authorization(None)
    await judge.authorization("Bearer a b")
    await judge.authenticate("nonsense")
    await judge.authenticate("")
    await judge.recheck(result.principal, {"required_scopes": ["b"]}, [ITEM])
    judge.permits(result.principal)
    assert [
        (each.stage, each.outcome, each.code, each.check, each.zone_id, each.items) for each in told
    ] == [
        ("request", "ok", None, None, "zone-1", (ITEM,)),
        ("request", "refused", "insufficient_scope", "scope", "zone-1", ()),
        ("request", "refused", "missing_token", "bearer", None, ()),
        ("request", "refused", "invalid_token", "bearer", None, ()),
        ("request", "refused", "invalid_token", "encoding", None, ()),
        ("request", "refused", "missing_token", "bearer", None, ()),
        ("recheck", "refused", "insufficient_scope", "scope", "zone-1", (ITEM,)),
    ]
    assert all(0 <= each.duration_ms < 10_000 for each in told)
    with pytest.raises(dataclasses.FrozenInstanceError):
        # What types forbid has to fail as well.
        told[0].outcome = "refused"  # type: ignore[misc]
    assert not any(part in repr(told) for part in good.split("."))


async def test_an_outage_is_told_as_one() -> None:
    class Down(InMemoryRevocationStore):
        def is_revoked(self, anchor: str) -> bool:
            raise OSError(anchor)

    told: list[Decision] = []
    judge = verifier(revocations=Down(), on_decision=told.append)
    await judge.authenticate(token())
    assert [(each.outcome, each.check) for each in told] == [
        ("unavailable", "revocations_unavailable")
    ]


async def test_no_claim_of_what_is_not_verified_is_told() -> None:
    told: list[Decision] = []
    judge = verifier(on_decision=told.append)
    for made in (token(zone_id="planted"), token(aud="planted"), token(iss="planted", sub="x")):
        await judge.authenticate(made)
    assert "planted" not in repr(told)


async def test_what_the_hook_does_changes_nothing() -> None:
    async def late(_: Decision) -> None:
        await asyncio.sleep(0)
        raise OSError

    def fail(_: Decision) -> None:
        raise OSError

    def cancel(_: Decision) -> None:
        raise asyncio.CancelledError

    async def cancel_late(_: Decision) -> None:
        raise asyncio.CancelledError

    for hook in (late, fail, lambda _: False, cancel, cancel_late):
        judge: Any = verifier(on_decision=hook)
        assert (await judge.authenticate(token())).ok
        await asyncio.sleep(0.01)


async def test_a_cancellation_of_the_caller_is_one_with_a_hook_too() -> None:
    class Hanging(InMemoryRevocationStore):
        def check(self, _: Any) -> Any:
            return asyncio.get_running_loop().create_future()

    judge: Any = verifier(revocations=Hanging(), on_decision=lambda _: None)
    judging = asyncio.create_task(judge.authenticate(token()))
    await asyncio.sleep(0.05)
    judging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await judging


async def test_what_is_watched_while_it_stays_open_is_no_decision() -> None:
    told: list[Decision] = []
    store = InMemoryRevocationStore()
    judge = verifier(revocations=store, on_decision=told.append)
    result = await judge.authenticate(token())
    assert result.ok
    waiting = asyncio.create_task(judge.until_ended(result.principal))
    await asyncio.sleep(0.05)
    store.mark_revoked("sid-1")
    assert (await asyncio.wait_for(waiting, 5)).code == "session_revoked"
    assert len(told) == 1


def test_a_hook_that_is_none_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="on_decision"):
        verifier(on_decision="log")
