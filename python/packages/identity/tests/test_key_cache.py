import asyncio
import logging
from typing import Any

import pytest

from caracalai_identity import (
    ConfigurationError,
    KeyQuery,
    KeySetWarning,
    create_key_cache,
    shared_key_cache,
)
from support.http_server import answer, serve
from support.lookups import find, find_at_once
from support.test_key import SigningKey

OLD, NEW = SigningKey("old"), SigningKey("new")


def query(issuer: str, kid: str = "old", zone_id: str = "zone-1") -> KeyQuery:
    return KeyQuery(issuer=issuer, zone_id=zone_id, kid=kid)


async def test_1000_first_look_ups_at_the_same_time_are_one_fetch() -> None:
    async with serve(answer({"keys": [OLD.jwk]})) as server:
        cache = create_key_cache()
        assert await find_at_once(cache, 1_000, query(server.issuer)) == {"found"}
        assert await find(cache, query(server.issuer)) == "found"
        assert server.requests == ["/.well-known/jwks.json?zone_id=zone-1"]


async def test_after_a_rotation_the_new_key_works_at_once_and_the_old_one_goes_on() -> None:
    async with serve(answer({"keys": [OLD.jwk]})) as server:
        cache = create_key_cache()
        assert await find(cache, query(server.issuer)) == "found"
        server.answer = answer({"keys": [NEW.jwk, OLD.jwk]})
        assert await find_at_once(cache, 100, query(server.issuer, "new")) == {"found"}
        assert await find(cache, query(server.issuer)) == "found"
        assert len(server.requests) == 2


async def test_10000_random_key_ids_are_one_fetch_in_a_cool_down() -> None:
    async with serve(answer({"keys": [OLD.jwk]})) as server:
        cache = create_key_cache()
        await cache.warmup(server.issuer, "zone-1")
        for index in range(10_000):
            assert await find(cache, query(server.issuer, f"kid-{index}")) == "unknown"
        assert len(server.requests) == 2


async def test_an_outage_ends() -> None:
    async with serve(answer({}, 500)) as server:
        cache = create_key_cache(retry_ms=1)
        assert await find(cache, query(server.issuer)) == "unavailable"
        server.answer = answer({"keys": [OLD.jwk]})
        await asyncio.sleep(0.01)
        assert await find(cache, query(server.issuer)) == "found"


@pytest.mark.parametrize(
    ("zone", "path"),
    [
        ("zone-1", "zone-1"),
        ("a b&c=d/e?f#g", "a%20b%26c%3Dd%2Fe%3Ff%23g"),
        ("é\U0001f511", "%C3%A9%F0%9F%94%91"),
        ("../x", "..%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("-_.!~*()", "-_.!~*()"),
        ("a+b", "a%2Bb"),
    ],
)
async def test_the_zone_is_percent_encoded(zone: str, path: str) -> None:
    async with serve(answer({"keys": [OLD.jwk]})) as server:
        cache = create_key_cache()
        slashed = f"{server.issuer}/"
        assert await find(cache, query(slashed, zone_id=zone)) == "found"
        assert server.requests == [f"/.well-known/jwks.json?zone_id={path}"]


async def test_a_zone_that_no_url_can_name_is_unavailable() -> None:
    assert await find(create_key_cache(), query("https://x.example", zone_id="\ud800")) == (
        "unavailable"
    )


async def test_a_private_part_is_dropped_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    rsa = {"kty": "RSA", "kid": "bad\x07kid", "n": "AQ", "e": "AQAB", "d": "secret"}
    async with serve(answer({"keys": [NEW.private_jwk, OLD.jwk, rsa]})) as server:
        warnings: list[KeySetWarning] = []
        cache = create_key_cache(on_warning=warnings.append)
        assert await find(cache, query(server.issuer)) == "found"
        assert await find(cache, query(server.issuer, "new")) == "unknown"
        assert [warning.kid for warning in warnings] == ["new", "", "new", ""]
        assert {warning.code for warning in warnings} == {"private_key_published"}

        with caplog.at_level(logging.WARNING):
            await create_key_cache().warmup(server.issuer, "zone-1")
        assert '"new"' in caplog.text
        assert NEW.private_jwk["d"] not in caplog.text


async def test_a_warning_that_fails_locks_nobody_out() -> None:
    def fail(_: KeySetWarning) -> None:
        raise RuntimeError("no log")

    async def fail_later(_: KeySetWarning) -> None:
        raise RuntimeError("no log")

    async with serve(answer({"keys": [NEW.private_jwk, OLD.jwk]})) as server:
        for on_warning in (fail, fail_later):
            cache = create_key_cache(on_warning=on_warning)
            assert await find(cache, query(server.issuer)) == "found"


NUMBERS = (
    "ttl_ms",
    "max_age_ms",
    "unknown_key_cooldown_ms",
    "retry_ms",
    "timeout_ms",
    "max_bytes",
)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [0, -1, 1.5, 1.0, True, "1", float("nan"), 2**53, []])
def test_a_number_has_to_be_a_positive_integer(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        create_key_cache(**{name: value})


@pytest.mark.parametrize(
    "options",
    [
        {"ttl": 1},
        {"ttlMs": 1},
        {"__class__": 1},
        {"http_client": object()},
        {"http_client": "https://proxy"},
        {"on_warning": "print"},
        {"ttl_ms": 700_000},
        {"max_age_ms": 299_999},
        {"timeout_ms": 2_147_483_648},
    ],
    ids=str,
)
def test_options_that_are_refused(options: Any) -> None:
    with pytest.raises(ConfigurationError):
        create_key_cache(**options)


def test_none_is_the_default() -> None:
    create_key_cache(**dict.fromkeys((*NUMBERS, "http_client", "on_warning")))


def test_there_is_one_shared_cache() -> None:
    assert shared_key_cache() is shared_key_cache()
