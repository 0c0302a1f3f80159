"""Notes servers of both languages that share revocations by one Redis.

The black-box tests of `examples/notes-server` try each of them alone.
"""

from contextlib import ExitStack

import httpx
import pytest

from redis_config import ConfigError, RedisConfig, read_redis_config
from support.dev_sts import DevSts
from support.events import KEY, eventually, revoke
from support.notes_server import COMMAND, TYPESCRIPT, environment_of, running
from support.redis_server import RedisServer
from support.serve import call_of, post


def sharing(url: str) -> dict[str, str]:
    """Variables for a server that is the first on a Redis."""
    return {
        "CARACAL_REDIS_URL": url,
        "CARACAL_REVOCATION_KEYS": KEY,
        "CARACAL_REDIS_NEW": "1",
        "STATELESS": "1",
    }


async def answer_of(url: str, token: str) -> str:
    """`200`, or the status and the code of the refusal."""
    response: httpx.Response = await post(url, call_of("whoami"), token)
    if response.status_code == 200:
        return "200"
    return f"{response.status_code} {response.json()['error']}"


async def test_one_revocation_is_refused_by_instances_of_both_languages(
    sts: DevSts, redis_server: RedisServer
) -> None:
    variables = {**environment_of(sts), **sharing(redis_server.url)}
    with ExitStack() as stack:
        urls = [stack.enter_context(running(variables, it)) for it in (COMMAND, TYPESCRIPT)]
        kept, revoked = sts.mint(sid="kept"), sts.mint(sid="revoked")

        async def all_answer(token: str, expected: str) -> bool:
            return all([await answer_of(url, token) == expected for url in urls])

        async def soon(token: str, expected: str) -> None:
            await eventually(lambda: all_answer(token, expected), 60, expected, pause_seconds=0.1)

        await soon(revoked, "200")
        revoke(redis_server, "revoked")
        await soon(revoked, "401 session_revoked")
        await soon(kept, "200")
        redis_server.freeze()
        await soon(kept, "503 verification_unavailable")
        assert await all_answer(revoked, "503 verification_unavailable")
        redis_server.thaw()
        await soon(kept, "200")
        await soon(revoked, "401 session_revoked")
        # The consumers keep the shared keys written.
        key = "caracal:revoked:sessions:revoked"
        await eventually(lambda: redis_server.command("GET", key) == "1")


def test_what_is_right_is_read() -> None:
    for url in ("redis://localhost", "rediss://user:p%40ss@[::1]:6380/2", "redis://:x@host/"):
        config = read_redis_config({**sharing(url), "CARACAL_REVOCATION_KEYS": f"{KEY}, {KEY}"})
        assert config == RedisConfig(url, [KEY, KEY], is_new=True)
    unsigned = {"CARACAL_REDIS_URL": "redis://host", "CARACAL_REVOCATION_KEYS": " unsigned"}
    assert read_redis_config(unsigned) == RedisConfig("redis://host", None, is_new=False)
    assert read_redis_config({}) is None
    with pytest.raises(ConfigError, match="CARACAL_REDIS_URL is not set"):
        read_redis_config({"CARACAL_REVOCATION_KEYS": KEY})
