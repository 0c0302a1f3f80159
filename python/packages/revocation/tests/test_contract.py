import asyncio
import inspect
from functools import partial
from typing import Any

import pytest

from caracalai_revocation import InMemoryRevocationStore, RevocationEvent, RevocationQuery
from caracalai_revocation.testing import ContractCase, revocation_store_contract


class AsyncStore:
    """The in-memory store with a coroutine for every answer, and without what is optional."""

    def __init__(self) -> None:
        self._store = InMemoryRevocationStore()

    async def is_revoked(self, anchor: str) -> bool:
        return self._store.is_revoked(anchor)

    async def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        self._store.mark_revoked(anchor, ttl_ms)

    async def current_delegation_epoch(self, zone_id: str) -> int:
        return self._store.current_delegation_epoch(zone_id)

    async def mark_delegation_epoch(
        self, zone_id: str, epoch: int, ttl_ms: float | None = None
    ) -> None:
        self._store.mark_delegation_epoch(zone_id, epoch, ttl_ms)


CASES = [
    *revocation_store_contract(InMemoryRevocationStore, check=True, subscribe=True),
    *revocation_store_contract(AsyncStore, check=False, subscribe=False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_contract(case: ContractCase) -> None:
    await case.run()


class Broken(InMemoryRevocationStore):
    """Breaks one promise, so that the suite shows that it notices."""


class NeverRevoked(Broken):
    def is_revoked(self, anchor: str) -> bool:  # noqa: ARG002
        return False


class AlwaysRevoked(Broken):
    def is_revoked(self, anchor: str) -> bool:  # noqa: ARG002
        return True


class AnswersWithANumber(Broken):
    def is_revoked(self, anchor: str) -> Any:
        return int(super().is_revoked(anchor))


class Shortens(Broken):
    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        super().mark_revoked(anchor, 50 if ttl_ms is None else min(ttl_ms, 300))


class TakesAnyName(Broken):
    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        super().mark_revoked(str(anchor) or "empty", ttl_ms)


class TakesAnyTtl(Broken):
    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        is_right = isinstance(ttl_ms, int | float) and 0 < ttl_ms < 10**12
        super().mark_revoked(anchor, ttl_ms if is_right else None)


class LowersEpochs(Broken):
    def current_delegation_epoch(self, zone_id: str) -> int:
        return min(super().current_delegation_epoch(zone_id), 9)


class ForgetsTheCase(Broken):
    def is_revoked(self, anchor: str) -> bool:
        return super().is_revoked(anchor) or super().is_revoked(anchor.lower())


class TellsTwice(Broken):
    def subscribe(self, listener: Any) -> Any:
        def twice(event: RevocationEvent) -> object:
            once_more = listener(event)
            if inspect.iscoroutine(once_more):
                once_more.close()
            return listener(event)

        return super().subscribe(twice)


class ChecksTheFirst(Broken):
    def check(self, query: RevocationQuery) -> Any:
        return super().check(RevocationQuery(query.anchors[:1], query.zone_id))


@pytest.mark.parametrize("store", Broken.__subclasses__(), ids=lambda store: store.__name__)
async def test_the_contract_notices_a_broken_store(store: type[Broken]) -> None:
    cases = revocation_store_contract(
        store, check=True, subscribe=True, short_ttl_ms=100, deadline_ms=300, many_anchors=10
    )
    results = await asyncio.gather(*(case.run() for case in cases), return_exceptions=True)
    assert any(isinstance(result, AssertionError) for result in results)


async def test_a_store_without_a_method_it_is_said_to_have_fails() -> None:
    for check, subscribe in ((True, False), (False, True)):
        first, *_ = revocation_store_contract(AsyncStore, check=check, subscribe=subscribe)
        with pytest.raises(AssertionError, match="whether the store has"):
            await first.run()


async def test_a_store_is_destroyed_after_each_case_also_where_that_failed() -> None:
    destroyed: list[InMemoryRevocationStore] = []
    cases = revocation_store_contract(
        NeverRevoked, check=True, subscribe=True, destroy=destroyed.append, many_anchors=10
    )
    with pytest.raises(AssertionError):
        await cases[2].run()
    assert len(destroyed) == 1


@pytest.mark.parametrize(
    "options", [{"short_ttl_ms": 0}, {"deadline_ms": -1}, {"many_anchors": 1.5}], ids=str
)
def test_options_out_of_range(options: dict[str, Any]) -> None:
    make = partial(revocation_store_contract, InMemoryRevocationStore, check=True, subscribe=True)
    with pytest.raises(TypeError):
        make(**options)


def test_no_two_cases_have_one_name() -> None:
    cases = revocation_store_contract(InMemoryRevocationStore, check=True, subscribe=True)
    assert len({case.name for case in cases}) == len(cases)
