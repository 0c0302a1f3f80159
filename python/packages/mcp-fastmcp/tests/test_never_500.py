"""Whatever fails, and whatever comes in: an answer, and never a 500."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caracalai_revocation import InMemoryRevocationStore
from support.dev_sts import DevSts
from support.notes import Notes
from support.serve import INITIALIZE, MCP_HEADERS, call_of, post, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


def fail(*_: object, **__: object) -> Any:
    raise RuntimeError("planted")


class FailingKeys:
    find = staticmethod(fail)
    warmup = staticmethod(fail)


class FailingStore(InMemoryRevocationStore):
    is_revoked = staticmethod(fail)
    check = staticmethod(fail)


@pytest.mark.parametrize("stateless", [False, True], ids=["stateful", "stateless"])
@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        ({"key_cache": FailingKeys()}, 503, "verification_unavailable"),
        ({"revocations": FailingStore()}, 503, "verification_unavailable"),
        ({"now": fail}, 401, "invalid_token"),
        ({"on_decision": fail}, 200, None),
    ],
    ids=["keys", "store", "clock", "hook"],
)
async def test_whatever_raises(
    sts: DevSts, options: dict[str, Any], status: int, error: str | None, stateless: bool
) -> None:
    async with serving(Notes(sts, **options).mcp, stateless_http=stateless) as url:
        answer = await post(url, INITIALIZE, sts.mint())
        assert answer.status_code == status
        assert "planted" not in answer.text
        if error is not None:
            assert answer.json()["error"] == error


NAMES = st.sampled_from(["whoami", "pay", "notes://all", "summarise", "", "\ud800", "a\x00b", "%"])
ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES | st.just({}) | st.just([])
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | ODD,
        "id": st.integers(0, 9) | ODD,
        "method": st.sampled_from(["tools/call", "resources/read", "prompts/get", "ping"]) | ODD,
        "params": ODD
        | st.fixed_dictionaries(
            {}, optional={"name": NAMES | ODD, "uri": NAMES | ODD, "arguments": ODD}
        ),
    },
)
BODIES = st.one_of(
    # What is no UTF-8, version 1 of the MCP SDK answers by 500 itself, with protection and without.
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(str.encode),
    (MESSAGES | st.lists(MESSAGES, max_size=3) | ODD).map(lambda body: json.dumps(body).encode()),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[False, True])
async def url(request: pytest.FixtureRequest, sts: DevSts) -> AsyncIterator[str]:
    async with serving(Notes(sts).mcp, stateless_http=request.param) as address:
        yield address


@pytest.mark.parametrize("who", ["nobody", "somebody"])
async def test_whatever_comes_in(url: str, sts: DevSts, who: str) -> None:
    token = sts.mint()
    headers = {**MCP_HEADERS, **({} if who == "nobody" else {"authorization": f"Bearer {token}"})}
    bodies: list[bytes] = []

    @settings(
        max_examples=150,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(BODIES)
    def collect(body: bytes) -> None:
        bodies.append(body)

    collect()
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as client:
        for body in bodies:
            answer = await client.post(url, content=body, headers=headers)
            assert answer.status_code < 500, body
            assert who == "somebody" or answer.json()["error"] == "missing_token"


@pytest.mark.parametrize(
    "header",
    [b"Bearer \xff\xfe", b"Bearer a.b.c\x85", b"\xc3\xa9", b"Bearer " + b"." * 9_000],
    ids=repr,
)
async def test_whatever_the_header(url: str, header: bytes) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as client:
        body = {"jsonrpc": "2.0", "id": 1, **call_of("whoami")}
        headers: Any = [*MCP_HEADERS.items(), ("authorization", header)]
        answer = await client.post(url, json=body, headers=headers)
    assert answer.status_code == 401
