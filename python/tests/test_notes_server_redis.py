"""Notes servers of both languages that share revocations by one Redis."""

import re
import signal
from contextlib import ExitStack

import httpx
import pytest

from redis_config import ConfigError, RedisConfig, read_redis_config
from support.dev_sts import DevSts
from support.events import KEY, eventually, revoke
from support.notes_server import COMMAND, TYPESCRIPT, environment_of, run_server, running
from support.redis_server import RedisServer, running_redis
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
        servers = [
            stack.enter_context(running(variables, command)) for command in (COMMAND, TYPESCRIPT)
        ]
        kept, revoked = sts.mint(sid="kept"), sts.mint(sid="revoked")

        async def all_answer(token: str, expected: str) -> bool:
            return all([await answer_of(it.url, token) == expected for it in servers])

        await eventually(lambda: all_answer(revoked, "200"), 60)
        revoke(redis_server, "revoked")
        await eventually(lambda: all_answer(revoked, "401 session_revoked"), 30)
        await eventually(lambda: all_answer(kept, "200"), 30)
        redis_server.freeze()
        await eventually(lambda: all_answer(kept, "503 verification_unavailable"), 30)
        assert await all_answer(revoked, "503 verification_unavailable")
        redis_server.thaw()
        await eventually(lambda: all_answer(kept, "200"), 30)
        await eventually(lambda: all_answer(revoked, "401 session_revoked"), 30)
        # The consumers keep the shared keys written.
        key = "caracal:revoked:sessions:revoked"
        await eventually(lambda: redis_server.command("GET", key) == "1")
        redis_server.freeze()
        ended = servers[0].stop(signal.SIGTERM)
        assert (ended.code, ended.stdout.count("\n")) == (0, 1)
        assert "notes-server: revocations are known\n" in ended.stderr
        assert "notes-server: revocations are not known: stale\n" in ended.stderr
        redis_server.thaw()


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"CARACAL_REDIS_URL": ""}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "localhost:6379"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "http://localhost"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "redis://user:secret@"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "redis://:secret%zz@localhost"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "redis://:secret@localhost/0?db=1"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "redis://:secret@localhost/x"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REDIS_URL": "redis://:secret@localhost:99999"}, "CARACAL_REDIS_URL"),
        ({"CARACAL_REVOCATION_KEYS": ""}, "CARACAL_REVOCATION_KEYS"),
        ({"CARACAL_REDIS_NEW": "yes"}, "CARACAL_REDIS_NEW"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_is_named_and_nothing_is_quoted(wrong: dict[str, str], names: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_redis_config({**sharing("redis://localhost"), **wrong})
    assert re.fullmatch(rf"{names}\b[^\n]+", str(caught.value))
    assert "secret" not in str(caught.value)


def test_what_is_right_is_read() -> None:
    for url in ("redis://localhost", "rediss://user:p%40ss@[::1]:6380/2", "redis://:x@host/"):
        config = read_redis_config({**sharing(url), "CARACAL_REVOCATION_KEYS": f"{KEY}, {KEY}"})
        assert config == RedisConfig(url, [KEY, KEY], is_new=True)
    unsigned = {"CARACAL_REDIS_URL": "redis://host", "CARACAL_REVOCATION_KEYS": " unsigned"}
    assert read_redis_config(unsigned) == RedisConfig("redis://host", None, is_new=False)
    assert read_redis_config({}) is None
    with pytest.raises(ConfigError, match="CARACAL_REDIS_URL is not set"):
        read_redis_config({"CARACAL_REVOCATION_KEYS": KEY})


def test_a_key_that_is_none_ends_it_with_code_2_and_is_not_quoted(sts: DevSts) -> None:
    wrong = {"CARACAL_REVOCATION_KEYS": "secret"}
    ended = run_server({**environment_of(sts), **sharing("redis://127.0.0.1:1"), **wrong})
    assert (ended.code, ended.stdout) == (2, "")
    assert re.fullmatch(r"notes-server: CARACAL_REVOCATION_KEYS\b[^\n]+\n", ended.stderr)
    assert "secret" not in ended.stderr


def test_a_redis_that_is_not_fit_ends_it(sts: DevSts) -> None:
    evicting = ("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    with running_redis(*evicting) as server:
        ended = run_server({**environment_of(sts), **sharing(server.url)})
        assert ended.code == 2
        assert re.fullmatch(r"notes-server: CARACAL_REDIS_URL: [^\n]*evicts[^\n]*\n", ended.stderr)
        server.command("CONFIG", "SET", "requirepass", "right")
        url = server.url.replace("//", "//:wrong-secret@")
        ended = run_server({**environment_of(sts), **sharing(url)})
        assert ended.code == 2
        assert "(WRONGPASS)" in ended.stderr
        assert "secret" not in ended.stderr
