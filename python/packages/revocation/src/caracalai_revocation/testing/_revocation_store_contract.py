"""The contract of every store, as cases for any test runner."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeVar

from .._mark_arguments import is_positive_finite
from .._maybe_awaitable import MaybeAwaitable
from .._revocation_store import RevocationStore
from ._anchor_scenarios import ANCHOR_SCENARIOS
from ._assertions import expect_same, settled
from ._check_scenarios import CHECK_SCENARIOS
from ._epoch_scenarios import EPOCH_SCENARIOS
from ._load_scenarios import LOAD_SCENARIOS
from ._scenario import Pace, Scenario
from ._subscription_scenarios import SUBSCRIPTION_SCENARIOS
from ._ttl_scenarios import TTL_SCENARIOS

Store = TypeVar("Store", bound=RevocationStore)


class ContractCase(NamedTuple):
    """One case of the contract suite, for any test runner.

    Attributes:
        name: What has to hold. No two cases have the same name.
        run: Raises an AssertionError that says what was expected, and what came instead.
    """

    name: str
    run: Callable[[], Awaitable[None]]


def revocation_store_contract(
    create: Callable[[], MaybeAwaitable[Store]],
    *,
    check: bool,
    subscribe: bool,
    destroy: Callable[[Store], MaybeAwaitable[None]] | None = None,
    short_ttl_ms: float = 200,
    deadline_ms: float = 5_000,
    many_anchors: int = 10_000,
) -> tuple[ContractCase, ...]:
    """What every revocation store has to get right (decision rules, "Revocation store").

    Cases are independent: they may run in any order, and at the same time. What a store object has
    marked, it has to see at once; only subscribers may hear of it later.

    Args:
        create: Creates the empty store that one case is run on: over a shared server, under a
            prefix of its own.
        check: Whether the store has a batch check. Said here, so that a method which went missing
            is a case that fails and not one that is skipped.
        subscribe: Whether the store has a subscription.
        destroy: Called with the store after its case, whether that passed or failed.
        short_ttl_ms: The TTL of entries whose end is waited for, in milliseconds. Several times as
            long as one call of the store takes.
        deadline_ms: How long an end or an event may take to be seen, in milliseconds.
        many_anchors: How many anchors the case with many of them marks.

    Raises:
        TypeError: An option is out of its range.
    """
    pace = _read_pace(short_ttl_ms, deadline_ms, many_anchors)
    scenarios = (
        _offers_scenario(check=check, subscribe=subscribe),
        *ANCHOR_SCENARIOS,
        *TTL_SCENARIOS,
        *EPOCH_SCENARIOS,
        *LOAD_SCENARIOS,
        *(CHECK_SCENARIOS if check else ()),
        *(SUBSCRIPTION_SCENARIOS if subscribe else ()),
    )

    async def run(scenario: Scenario) -> None:
        store = await settled(create())
        try:
            await scenario.play(store, pace)
        finally:
            if destroy is not None:
                await settled(destroy(store))

    return tuple(ContractCase(scenario.name, partial(run, scenario)) for scenario in scenarios)


def _read_pace(short_ttl_ms: float, deadline_ms: float, many_anchors: int) -> Pace:
    for name, value in (("short_ttl_ms", short_ttl_ms), ("deadline_ms", deadline_ms)):
        if not is_positive_finite(value):
            raise TypeError(f"{name} must be a positive finite number of milliseconds.")
    if type(many_anchors) is not int or many_anchors <= 0:
        raise TypeError("many_anchors must be a positive integer.")
    return Pace(short_ttl_ms, deadline_ms, many_anchors)


def _offers_scenario(*, check: bool, subscribe: bool) -> Scenario:
    async def play(store: RevocationStore, _: Pace) -> None:
        for method, offered in (("check", check), ("subscribe", subscribe)):
            has = callable(getattr(store, method, None))
            expect_same(has, offered, f"whether the store has {method}")

    return Scenario(
        "the store has the optional methods it is said to offer, and no other",
        play,
    )
