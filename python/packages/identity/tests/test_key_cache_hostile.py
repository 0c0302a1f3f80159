import asyncio
import json
import time
import tracemalloc
from typing import Any

import httpx
import pytest

from caracalai_identity import KeyQuery, create_key_cache
from support.http_server import (
    Answer,
    answer,
    cut_off,
    endless,
    gzipped,
    headers_only,
    not_http,
    reset,
    serve,
    silent,
    trickle,
)
from support.lookups import find, find_at_once
from support.test_key import SigningKey

GOOD_KEY = SigningKey("good")
JWK = GOOD_KEY.jwk
GOOD = {"keys": [JWK]}

# A pause after failures that is longer than any test: whatever comes in, one request is made.
LIMITS: dict[str, Any] = {"timeout_ms": 500, "retry_ms": 600_000}
# Far beyond timeout_ms, for a machine that is busy with something else.
DEADLINE_SECONDS = 15

SPACES = " " * (64 * 2**20)


def spacious(spaces: str) -> str:
    """The right key set, with white space in it to make it any size."""
    return f'{{"keys":{spaces}[{json.dumps(JWK)}]}}'


def query(issuer: str, kid: str = "good") -> KeyQuery:
    return KeyQuery(issuer=issuer, zone_id="zone-1", kid=kid)


@pytest.mark.parametrize(
    ("_what", "wrong"),
    [
        ("500", answer(GOOD, 500)),
        ("503", answer(GOOD, 503)),
        ("404", answer(GOOD, 404)),
        ("400", answer(GOOD, 400)),
        ("201", answer(GOOD, 201)),
        ("204", answer("", 204)),
        ("304", answer("", 304)),
        ("a reset connection", reset),
        ("a body cut off", cut_off),
        ("something that is not HTTP", not_http),
        ("no answer", silent),
        ("headers without a body", headers_only),
        ("a body that trickles", trickle),
        ("a body of 64 MB", endless([0])),
        ("a compressed bomb", gzipped(spacious(SPACES))),
        (
            "a body that is not compressed as it says",
            answer(GOOD, 200, "content-encoding: gzip\r\n"),
        ),
        ("an unknown encoding", answer(GOOD, 200, "content-encoding: br\r\n")),
        ("an empty body", answer("")),
        ("HTML", answer("<html></html>")),
        ("JSON of something else", answer([JWK])),
        ("{}", answer({})),
        ("an empty key set", answer({"keys": []})),
        ("no usable key", answer({"keys": [{**JWK, "use": "enc"}]})),
        ("the one key id twice", answer({"keys": [JWK, JWK]})),
        ("NaN", answer('{"keys":[%s],"x":NaN}' % json.dumps(JWK))),  # noqa: UP031
        ("a member twice", answer('{"keys":[],"keys":[%s]}' % json.dumps(JWK))),  # noqa: UP031
        ("100,000 levels", answer('{"keys":%s' % ("[" * 100_000))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_unavailable_in_time_after_one_request(_what: str, wrong: Answer) -> None:
    async with serve(wrong) as server:
        cache = create_key_cache(**LIMITS)
        started = time.monotonic()
        for _ in range(3):
            assert await find_at_once(cache, 1_000, query(server.issuer)) == {"unavailable"}
        assert await cache.warmup(server.issuer, "zone-1") is False
        assert time.monotonic() - started < DEADLINE_SECONDS
        assert len(server.requests) == 1


async def test_a_refused_connection_is_unavailable() -> None:
    async with serve(silent) as server:
        issuer = server.issuer
    cache = create_key_cache(**LIMITS)
    assert await find_at_once(cache, 1_000, query(issuer)) == {"unavailable"}


async def test_a_host_that_has_no_address_is_unavailable() -> None:
    cache = create_key_cache(**LIMITS)
    assert await find_at_once(cache, 100, query("http://sts.invalid")) == {"unavailable"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with serve(answer(GOOD)) as target:
        location = f"location: {target.issuer}/jwks.json\r\n"
        async with serve(answer(GOOD, status, location)) as server:
            cache = create_key_cache(**LIMITS)
            assert await find_at_once(cache, 1_000, query(server.issuer)) == {"unavailable"}
            assert len(server.requests) == 1
            assert target.requests == []


async def test_a_redirect_is_not_followed_by_a_client_that_follows_redirects() -> None:
    async with serve(answer(GOOD)) as target:
        location = f"location: {target.issuer}/jwks.json\r\n"
        async with (
            serve(answer("", 302, location)) as server,
            httpx.AsyncClient(follow_redirects=True, trust_env=False) as client,
        ):
            cache = create_key_cache(http_client=client)
            assert await find(cache, query(server.issuer)) == "unavailable"
            assert target.requests == []


async def test_the_connection_is_closed_when_the_time_is_over() -> None:
    closed = asyncio.Event()

    async def watch(writer: asyncio.StreamWriter) -> None:
        try:
            await trickle(writer)
        finally:
            closed.set()

    async with serve(watch) as server:
        cache = create_key_cache(**LIMITS)
        assert await find(cache, query(server.issuer)) == "unavailable"
        await asyncio.wait_for(closed.wait(), DEADLINE_SECONDS)


async def test_a_large_body_is_not_read_to_its_end() -> None:
    written = [0]
    async with serve(endless(written)) as server:
        cache = create_key_cache(retry_ms=600_000)
        assert await find(cache, query(server.issuer)) == "unavailable"
    assert written[0] < 32 * 2**20


async def test_a_compressed_bomb_takes_no_memory() -> None:
    async with serve(gzipped(spacious(SPACES))) as server:
        cache = create_key_cache(**LIMITS)
        await find(cache, query("http://127.0.0.1:1"))  # what is loaded once is loaded
        tracemalloc.start()
        try:
            assert await find(cache, query(server.issuer)) == "unavailable"
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    ("size", "options", "outcome"),
    [
        (262_144, {}, "found"),
        (262_145, {}, "unavailable"),
        (1_000, {"max_bytes": 1_000}, "found"),
        (1_001, {"max_bytes": 1_000}, "unavailable"),
    ],
)
async def test_a_body_of_the_limit(size: int, options: dict[str, Any], outcome: str) -> None:
    body = spacious(" " * (size - len(spacious(""))))
    for listener in (answer(body), gzipped(body)):
        async with serve(listener) as server:
            assert await find(create_key_cache(**options), query(server.issuer)) == outcome


async def test_a_compressed_body_that_is_cut_off_is_none() -> None:
    compressed = gzipped(spacious(""))
    sent: list[bytes] = []

    class Recorder:
        def write(self, data: bytes) -> None:
            sent.append(data)

    # Of a writer, nothing else is used.
    await compressed(Recorder())  # type: ignore[arg-type]
    body = sent[0].split(b"\r\n\r\n", 1)[1][:-9]
    async with serve(answer(body, 200, "content-encoding: gzip\r\n")) as server:
        assert await find(create_key_cache(**LIMITS), query(server.issuer)) == "unavailable"


@pytest.mark.parametrize(
    "wrong", [answer(GOOD, 500), answer({}), answer({"keys": []}), reset], ids=str
)
async def test_the_last_good_key_set_stays(wrong: Answer) -> None:
    async with serve(answer(GOOD)) as server:
        cache = create_key_cache(**LIMITS, ttl_ms=1, unknown_key_cooldown_ms=1)
        assert await find(cache, query(server.issuer)) == "found"

        server.answer = wrong
        assert await find(cache, query(server.issuer, "unknown")) == "unavailable"
        assert len(server.requests) == 2
        assert await find_at_once(cache, 1_000, query(server.issuer)) == {"found"}
        assert len(server.requests) == 2


async def test_a_client_of_the_operators_that_fails_is_unavailable() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise RuntimeError("no")

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3_600)
        raise AssertionError

    for transport in (httpx.MockTransport(fail), httpx.MockTransport(hang)):
        async with httpx.AsyncClient(transport=transport) as client:
            cache = create_key_cache(timeout_ms=50, http_client=client)
            assert await find(cache, query("https://sts.example.com")) == "unavailable"


async def test_nothing_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(answer(GOOD, 500)) as proxy, serve(answer(GOOD)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.issuer)
        assert await find(create_key_cache(), query(server.issuer)) == "found"
        assert proxy.requests == []
