import asyncio
import inspect
import json
import threading

import pytest

from caracalai_identity._es256 import VerifyingKey
from caracalai_identity._key_set import KeySet, parse_key_set
from caracalai_identity._zone_keys import KeyLookup, ZoneKeys, ZoneKeysTiming
from support.test_key import SigningKey

TIMING = ZoneKeysTiming(
    ttl_ms=300_000, max_age_ms=600_000, unknown_key_cooldown_ms=30_000, retry_ms=1_000
)


def key_set(*kids: str) -> KeySet:
    parsed = parse_key_set(json.dumps({"keys": [SigningKey(kid).jwk for kid in kids]}).encode())
    assert parsed is not None
    return parsed.keys


SETS = {kids: key_set(*kids) for kids in (("a",), ("b",), ("a", "b"))}


class Zone:
    """A zone of which the clock stands still, and the STS answers as it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answer: KeySet | Exception = SETS["a",]
        self.fetches = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.keys = ZoneKeys(self.load, TIMING, lambda: self.now)

    async def load(self) -> KeySet:
        self.fetches += 1
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def find(self, kid: str, *, refetch_unknown: bool = True) -> str:
        found = self.keys.find(kid, refetch_unknown=refetch_unknown)
        lookup: KeyLookup = await found if inspect.isawaitable(found) else found
        return lookup if isinstance(lookup, str) else "found"

    def is_at_once(self, kid: str) -> bool:
        return isinstance(self.keys.find(kid, refetch_unknown=False), VerifyingKey)


@pytest.fixture
async def zone() -> Zone:
    return Zone()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_key_set_is_fetched_once_and_then_found_at_once(zone: Zone) -> None:
    assert await zone.find("a") == "found"
    assert zone.is_at_once("a")
    assert zone.fetches == 1


async def test_within_the_ttl_nothing_is_fetched_and_then_behind_the_request(zone: Zone) -> None:
    await zone.find("a")
    zone.now = 299_999
    assert zone.is_at_once("a")
    await settle()
    assert zone.fetches == 1

    zone.now = 300_000
    zone.gate.clear()
    assert zone.is_at_once("a")
    await settle()
    assert zone.fetches == 2
    assert zone.is_at_once("a")
    zone.gate.set()
    await settle()
    assert zone.fetches == 2


async def test_a_removed_key_is_gone_with_the_refresh_that_follows_the_ttl(zone: Zone) -> None:
    await zone.find("a")
    zone.answer = SETS["b",]
    zone.now = 300_000
    assert await zone.find("a") == "found"
    await settle()
    assert await zone.find("a", refetch_unknown=False) == "unknown"


async def test_up_to_the_greatest_age_a_set_is_served_through_an_outage(zone: Zone) -> None:
    await zone.find("a")
    zone.answer = OSError()
    zone.now = 600_000
    assert await zone.find("a") == "found"
    await settle()
    zone.now = 600_001
    assert await zone.find("a") == "unavailable"
    zone.answer = SETS["a",]
    zone.now += 10_000
    assert await zone.find("a") == "found"


async def test_the_age_counts_from_the_question(zone: Zone) -> None:
    zone.gate.clear()
    finding = asyncio.create_task(zone.find("a"))
    await settle()
    zone.now = 300_000
    zone.gate.set()
    assert await finding == "found"
    zone.keys.find("a", refetch_unknown=False)
    await settle()
    assert zone.fetches == 2


async def test_too_old_a_set_is_not_served_while_it_is_fetched_again(zone: Zone) -> None:
    await zone.find("a")
    zone.answer = SETS["b",]
    zone.now = 600_001
    assert await zone.find("a") == "unknown"
    assert zone.fetches == 2


async def test_an_unknown_key_id_is_looked_for_once_in_a_cool_down(zone: Zone) -> None:
    await zone.find("a")
    for kid in map(str, range(1_000)):
        assert await zone.find(kid) == "unknown"
    assert zone.fetches == 2
    zone.now = 29_999
    await zone.find("x")
    assert zone.fetches == 2
    zone.now = 30_000
    await zone.find("x")
    assert zone.fetches == 3


async def test_a_new_key_works_at_once_for_all_who_wait_for_it(zone: Zone) -> None:
    await zone.find("a")
    zone.answer = SETS["a", "b"]
    zone.gate.clear()
    finding = [asyncio.create_task(zone.find("b")) for _ in range(100)]
    await settle()
    zone.gate.set()
    assert set(await asyncio.gather(*finding)) == {"found"}
    assert zone.fetches == 2
    assert zone.is_at_once("a")


async def test_who_gives_up_waiting_ends_no_fetch_for_the_others(zone: Zone) -> None:
    zone.gate.clear()
    first = asyncio.create_task(zone.find("a"))
    second = asyncio.create_task(zone.find("a"))
    await settle()
    first.cancel()
    await settle()
    zone.gate.set()
    assert await second == "found"
    assert zone.fetches == 1


async def test_a_set_fetched_for_an_unknown_key_id_is_not_fetched_again_for_it(zone: Zone) -> None:
    assert await zone.find("b") == "unknown"
    assert zone.fetches == 1


async def test_an_unknown_key_id_that_is_not_worth_a_fetch_causes_none(zone: Zone) -> None:
    await zone.find("a")
    assert await zone.find("b", refetch_unknown=False) == "unknown"
    assert zone.fetches == 1


async def test_an_unknown_key_id_during_an_outage_is_an_outage(zone: Zone) -> None:
    await zone.find("a")
    zone.answer = OSError()
    assert await zone.find("b") == "unavailable"
    assert await zone.find("a") == "found"
    zone.answer = SETS["a",]
    zone.now = 30_000
    assert await zone.find("b") == "unknown"


async def test_the_pause_after_a_failure_doubles_up_to_ten_times(zone: Zone) -> None:
    zone.answer = OSError()
    for pause in (1_000, 2_000, 4_000, 8_000, 10_000, 10_000):
        before = zone.fetches
        assert await zone.find("a") == "unavailable"
        assert zone.fetches == before + 1
        zone.now += pause - 1
        assert await zone.find("a") == "unavailable"
        assert zone.fetches == before + 1
        zone.now += 1
    zone.answer = SETS["a",]
    assert await zone.find("a") == "found"
    zone.answer = OSError()
    zone.now += 600_001
    await zone.find("a")
    zone.now += 1_000
    before = zone.fetches
    await zone.find("a")
    assert zone.fetches == before + 1


async def test_warm_up_fetches_what_is_missing_or_old(zone: Zone) -> None:
    zone.answer = OSError()
    assert await zone.keys.warmup() is False
    zone.answer = SETS["a",]
    assert await zone.keys.warmup() is False
    zone.now = 1_000
    assert await zone.keys.warmup() is True
    assert await zone.keys.warmup() is True
    assert zone.fetches == 2


def test_event_loops_one_after_the_other_share_what_was_fetched() -> None:
    zone = Zone()
    assert asyncio.run(zone.find("a")) == "found"
    assert asyncio.run(zone.find("a")) == "found"
    assert zone.fetches == 1


def test_a_fetch_of_another_running_loop_is_not_waited_for() -> None:
    zone = Zone()
    began, let_go = threading.Event(), threading.Event()

    async def load() -> KeySet:
        zone.fetches += 1
        if zone.fetches == 1:
            began.set()
            while not let_go.is_set():  # noqa: ASYNC110 - of another thread
                await asyncio.sleep(0.01)
        return SETS["a",]

    zone.keys = ZoneKeys(load, TIMING, lambda: zone.now)
    thread = threading.Thread(target=lambda: asyncio.run(zone.find("a")))
    thread.start()
    began.wait()
    try:
        assert asyncio.run(asyncio.wait_for(zone.find("a"), 5)) == "found"
    finally:
        let_go.set()
        thread.join()
    assert zone.fetches == 2


def test_a_fetch_that_ended_with_its_event_loop_holds_up_no_other() -> None:
    zone = Zone()

    async def give_up() -> None:
        zone.gate = asyncio.Event()
        finding = asyncio.create_task(zone.find("a"))
        await settle()
        finding.cancel()

    asyncio.run(give_up())

    async def go_on() -> str:
        zone.gate = asyncio.Event()
        zone.gate.set()
        return await asyncio.wait_for(zone.find("a"), 5)

    assert asyncio.run(go_on()) == "found"
    assert zone.fetches == 2
