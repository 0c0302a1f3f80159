"""Every code, over HTTP, in both modes: status, challenge and body."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio
from fastmcp import FastMCP
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from caracalai_mcp_fastmcp import CaracalAuth, create_key_cache
from caracalai_revocation import InMemoryRevocationStore
from support.dev_sts import AUDIENCE, DevSts, agent, delegated
from support.notes import Notes
from support.serve import INITIALIZE, MCP_HEADERS, call_of, post, serving

METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource"'
READ = {"method": "resources/read", "params": {"uri": "notes://all"}}
READ_ONE = {"method": "resources/read", "params": {"uri": "notes://1"}}
PROMPT = {"method": "prompts/get", "params": {"name": "summarise"}}
ALL = "mcp:tool:call notes:read notes:delete payments:write"


class Served(NamedTuple):
    notes: Notes
    url: str


# One server of each mode for all tests of this file: what one revokes, no other one names.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=[False, True], ids=["stateful", "stateless"]
)
async def running(request: pytest.FixtureRequest, sts: DevSts) -> AsyncIterator[Served]:
    notes = Notes(sts)
    notes.revocations.mark_revoked("gone")
    notes.revocations.mark_delegation_epoch("zone_dev", 5)
    async with serving(notes.mcp, stateless_http=request.param) as url:
        yield Served(notes, url)


@pytest.fixture
def served(running: Served) -> Served:
    running.notes.calls.clear()
    return running


WHOAMI, READ_NOTES = call_of("whoami"), call_of("read_notes")
DELETE, PAY = call_of("delete_notes"), call_of("pay")
INVALID, INSUFFICIENT = 'error="invalid_token"', 'error="insufficient_scope"'
TO_READ = 'scope="mcp:tool:call notes:read"'
MISSING, FAILED = "Missing bearer token", "Token validation failed"
OTHER_ZONE, CHANGED = "Token zone validation failed", "Delegation graph changed"
TOO_FAR = "Hop count exceeded"

STALE = delegated(1, delegation_graph_epoch=4)
AGENT = agent(scope=ALL)
OF_3_HOPS = delegated(3, scope=ALL, delegation_graph_epoch=5)
OF_11_HOPS = delegated(11, delegation_graph_epoch=5)


class Refusal(NamedTuple):
    """One request that is refused, and the answer to it."""

    code: str
    message: dict[str, Any]
    claims: dict[str, Any] | None
    status: int
    challenge: str
    description: str


REFUSALS = [
    Refusal("missing_token", WHOAMI, None, 401, 'scope="mcp:tool:call"', MISSING),
    Refusal("missing_token", READ_NOTES, None, 401, TO_READ, MISSING),
    Refusal("invalid_token", WHOAMI, {"iss": "https://sts.example.com"}, 401, INVALID, FAILED),
    Refusal("invalid_token", WHOAMI, {"aud": [f"{AUDIENCE}/"]}, 401, INVALID, FAILED),
    Refusal("invalid_token", WHOAMI, {"iat": 1_000, "exp": 1_900}, 401, INVALID, FAILED),
    Refusal("invalid_token", WHOAMI, {"use": "session"}, 401, INVALID, FAILED),
    Refusal("invalid_token", WHOAMI, {"sub": ""}, 401, INVALID, FAILED),
    Refusal("invalid_zone", WHOAMI, {"zone_id": "zone_other"}, 401, INVALID, OTHER_ZONE),
    Refusal("session_revoked", WHOAMI, {"sid": "gone"}, 401, INVALID, "Session revoked"),
    Refusal("delegation_stale", WHOAMI, STALE, 401, INVALID, CHANGED),
    *(
        Refusal("insufficient_scope", message, {}, 403, TO_READ, "Missing scope: notes:read")
        for message in (READ_NOTES, READ, READ_ONE, PROMPT)
    ),
    Refusal(
        "insufficient_scope",
        READ_NOTES,
        {"scope": "notes:read"},
        403,
        TO_READ,
        "Missing scope: mcp:tool:call",
    ),
    Refusal("agent_required", DELETE, {"scope": ALL}, 403, INSUFFICIENT, "Agent identity required"),
    Refusal("delegation_required", PAY, AGENT, 403, INSUFFICIENT, "Delegation required"),
    Refusal("hop_count_exceeded", PAY, OF_3_HOPS, 403, INSUFFICIENT, TOO_FAR),
    Refusal("hop_count_exceeded", WHOAMI, OF_11_HOPS, 403, INSUFFICIENT, TOO_FAR),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
async def test_refused_before_it_is_dispatched(
    served: Served, sts: DevSts, refusal: Refusal
) -> None:
    token = None if refusal.claims is None else sts.mint(**refusal.claims)
    answer = await post(served.url, refusal.message, token)
    assert answer.status_code == refusal.status
    header = answer.headers["www-authenticate"]
    assert header.startswith("Bearer ")
    assert refusal.challenge in header
    assert header.endswith(METADATA)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers.get_list("www-authenticate")) == 1
    body = answer.json()
    assert set(body) == {"error", "error_description", "error_hint"}
    assert (body["error"], body["error_description"]) == (refusal.code, refusal.description)
    assert served.notes.calls == []
    if token is not None:
        assert token not in answer.text + str(answer.headers)


async def test_chain_mismatch(sts: DevSts) -> None:
    notes = Notes(sts, require_chain_contains=["app_2"])
    async with serving(notes.mcp) as url:
        answer = await post(url, INITIALIZE, sts.mint(**delegated(1)))
        assert (answer.status_code, answer.json()["error"]) == (403, "chain_mismatch")
        assert (await post(url, INITIALIZE, sts.mint(**delegated(2)))).status_code == 200


@pytest.mark.parametrize("stateless", [False, True])
async def test_an_outage_is_503_and_no_challenge(sts: DevSts, stateless: bool) -> None:
    class Down(InMemoryRevocationStore):
        def is_revoked(self, anchor: str) -> bool:
            raise OSError(anchor)

    for options in (
        {"issuer": "http://127.0.0.1:1"},
        {"revocations": Down()},
    ):
        notes = Notes(sts, **options)
        async with serving(notes.mcp, stateless_http=stateless) as url:
            answer = await post(url, call_of("whoami"), sts.mint())
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert "www-authenticate" not in answer.headers
            assert answer.json()["error"] == "verification_unavailable"
            assert notes.calls == []


BEARERS = [
    ("missing_token", []),
    ("missing_token", [""]),
    ("missing_token", ["Bearer"]),
    ("missing_token", ["Basic {token}"]),
    ("missing_token", ["BearerX {token}"]),
    ("missing_token", ["{token}"]),
    ("invalid_token", ["Bearer {token}", "Bearer {token}"]),
    ("invalid_token", ["Bearer {token}", "Basic YTpi"]),
    ("invalid_token", ["Basic YTpi", "Bearer {token}"]),
    ("invalid_token", ["Bearer {token} {token}"]),
    ("invalid_token", ["Bearer {token},Bearer {token}"]),
    ("invalid_token", ["Bearer {token},"]),
    ("invalid_token", ["Bearer\t{token}"]),
    ("invalid_token", ["Bearer\u00a0{token}"]),
    ("invalid_token", ["Bearer: {token}"]),
    ("invalid_token", ["Bearer " + "a" * 30_000]),
]


@pytest.mark.parametrize(("code", "headers"), BEARERS, ids=lambda value: str(value)[:30])
async def test_what_is_not_one_token(
    served: Served, sts: DevSts, code: str, headers: list[str]
) -> None:
    token = sts.mint()
    sent = [("authorization", value.format(token=token).encode("latin-1")) for value in headers]
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.post(
            f"{served.url}?access_token={token}",
            json={"jsonrpc": "2.0", "id": 1, "access_token": token, **INITIALIZE},
            # Some values are texts, some bytes: httpx takes both, and its types one.
            headers=[*MCP_HEADERS.items(), *sent],  # type: ignore[arg-type]
        )
    assert (answer.status_code, answer.json()["error"]) == (401, code)


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
async def test_what_is_one_token(served: Served, sts: DevSts, scheme: str) -> None:
    answer = await post(served.url, INITIALIZE, None, authorization=f"{scheme}{sts.mint()}")
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PUT"])
async def test_every_method_is_judged(served: Served, method: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.request(method, served.url, headers=MCP_HEADERS)
    assert (answer.status_code, answer.json()["error"]) == (401, "missing_token")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"a"',
        b"\xff",
        b"[" * 100_000,
        b'{"method":1}',
        b"{}" * 3_000_000,
    ],
    ids=lambda content: repr(content[:10]),
)
async def test_whatever_the_body_who_is_nobody_is_refused(served: Served, content: bytes) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as client:
        answer = await client.post(served.url, content=content, headers=MCP_HEADERS)
    assert (answer.status_code, answer.json()["error"]) == (401, "missing_token")


async def test_a_body_that_is_longer_than_is_looked_at_reaches_the_server_whole(
    served: Served, sts: DevSts
) -> None:
    padding = "x" * (4 * 1024 * 1024)
    answer = await post(served.url, {**call_of("read_notes"), "x": padding}, sts.mint())
    # FastMCP refuses it for its length; it is not us who run out of patience or memory.
    assert answer.status_code in (400, 413)
    assert served.notes.calls == []
    # The values of that dict are of many types.
    params = {**INITIALIZE["params"], "x": "x" * 1_000_000}  # type: ignore[dict-item]
    answer = await post(served.url, {**INITIALIZE, "params": params}, sts.mint())
    assert answer.status_code == 200


async def test_the_metadata_that_challenges_point_to(served: Served, sts: DevSts) -> None:
    origin = served.url.removesuffix("/mcp")
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        for path in ("", "/mcp"):
            answer = await client.get(f"{origin}/.well-known/oauth-protected-resource{path}")
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.json() == {
                "resource": AUDIENCE,
                "authorization_servers": [sts.issuer],
                "bearer_methods_supported": ["header"],
                "scopes_supported": ["mcp:tool:call"],
            }


async def test_the_resource_where_the_audience_is_no_url(sts: DevSts) -> None:
    auth = CaracalAuth(
        issuer=sts.issuer,
        audience="urn:notes",
        zone_id="zone_dev",
        revocations=InMemoryRevocationStore(),
        key_cache=create_key_cache(),
        base_url="https://notes.example.com/",
        authorization_servers=["https://login.example.com"],
        scopes_supported=["a", "b"],
    )
    async with serving(FastMCP("notes", auth=auth)) as url:
        answer = await post(url, INITIALIZE, None)
        meta = "https://notes.example.com/.well-known/oauth-protected-resource/mcp"
        assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="{meta}"'
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            path = url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
            assert (await client.get(path)).json() == {
                "resource": "https://notes.example.com/mcp",
                "authorization_servers": ["https://login.example.com"],
                "bearer_methods_supported": ["header"],
                "scopes_supported": ["a", "b"],
            }


async def test_without_a_base_url_there_is_no_metadata(sts: DevSts) -> None:
    notes = Notes(sts, base_url=None)
    async with serving(notes.mcp) as url:
        answer = await post(url, INITIALIZE, None)
        assert answer.headers["www-authenticate"] == 'Bearer scope="mcp:tool:call"'
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            path = url.replace("/mcp", "/.well-known/oauth-protected-resource")
            assert (await client.get(path)).status_code == 404


async def test_routes_of_the_users_own_are_open_and_know_who_calls(sts: DevSts) -> None:
    notes = Notes(sts)

    @notes.mcp.custom_route("/health", methods=["GET"])
    async def health(request: Request) -> JSONResponse:
        return JSONResponse(
            {"caller": request.user.display_name, "is": request.user.is_authenticated}
        )

    @notes.mcp.custom_route("/login", methods=["GET"])
    async def login(_: Request) -> PlainTextResponse:
        return PlainTextResponse("log in", 401)

    async with (
        serving(notes.mcp) as url,
        httpx.AsyncClient(trust_env=False, verify=False) as client,
    ):
        origin = url.removesuffix("/mcp")
        assert (await client.get(f"{origin}/health")).json() == {"caller": "", "is": False}
        for token, caller in ((sts.mint(), "app_dev"), ("nonsense", "")):
            headers = {"authorization": f"Bearer {token}"}
            answer = await client.get(f"{origin}/health", headers=headers)
            assert answer.json() == {"caller": caller, "is": caller != ""}
        assert (await client.get(f"{origin}/login")).text == "log in"


async def test_cors_of_the_users_own_still_works(sts: DevSts) -> None:
    notes = Notes(sts)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["https://app.example"],
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["WWW-Authenticate"],
    )
    origin = {"origin": "https://app.example"}
    async with (
        serving(notes.mcp, middleware=[cors]) as url,
        httpx.AsyncClient(trust_env=False, verify=False) as client,
    ):
        asks = {**origin, "access-control-request-method": "POST"}
        preflight = await client.options(url, headers=asks)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == "https://app.example"
        answer = await client.post(url, json=INITIALIZE, headers={**MCP_HEADERS, **origin})
        assert (answer.status_code, answer.json()["error"]) == (401, "missing_token")
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert answer.headers["access-control-expose-headers"] == "WWW-Authenticate"
        assert answer.headers["content-length"] == str(len(answer.content))
