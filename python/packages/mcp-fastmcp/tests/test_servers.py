"""Real servers with the real FastMCP client, and callers who want each other's authority."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastmcp import Client, FastMCP
from fastmcp.client.auth import BearerAuth
from fastmcp.client.transports import StdioTransport
from fastmcp.server.auth import AuthContext, MultiAuth, RemoteAuthProvider
from pydantic import AnyHttpUrl

from caracalai_mcp_fastmcp import CaracalAuth, CaracalAuthError, create_key_cache, current_principal
from caracalai_mcp_fastmcp._requirement import finding_requirements
from caracalai_revocation import InMemoryRevocationStore
from support.dev_sts import AUDIENCE, DevSts, agent, delegated
from support.notes import Notes
from support.serve import INITIALIZE, MCP_HEADERS, call_of, post, serving, serving_app

ALL = "mcp:tool:call notes:read notes:delete payments:write"
BOTH = pytest.mark.parametrize("stateless", [False, True], ids=["stateful", "stateless"])


def client_of(url: Any, token: str | None = None) -> Client[Any]:
    return Client(url, auth=None if token is None else BearerAuth(token))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def session(url: str, token: str) -> dict[str, str]:
    """Headers of a session that was opened by hand."""
    opened = await post(url, INITIALIZE, token)
    assert opened.status_code == 200
    headers = {"mcp-session-id": opened.headers["mcp-session-id"]}
    body = {"method": "notifications/initialized"}
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        sent = {**MCP_HEADERS, **headers, "authorization": f"Bearer {token}"}
        await client.post(url, json={"jsonrpc": "2.0", **body}, headers=sent)
    return headers


@BOTH
async def test_the_client_lists_and_calls_what_its_mandate_suffices_for(
    sts: DevSts, stateless: bool
) -> None:
    notes = Notes(sts)
    async with serving(notes.mcp, stateless_http=stateless) as url:
        async with client_of(url, sts.mint(scope=ALL)) as client:
            names = [tool.name for tool in await client.list_tools()]
            assert names == ["whoami", "read_notes", "slow"]
            assert (await client.call_tool("whoami")).data == "user_dev"
            assert (await client.call_tool("read_notes")).data == "notes"
            resources = [str(each.uri) for each in await client.list_resources()]
            assert resources == ["notes://all", "free://one"]
            assert len(await client.list_resource_templates()) == 1
            assert (await client.read_resource("notes://all"))[0].text == "all"
            assert (await client.read_resource("notes://7"))[0].text == "7"
            assert [each.name for each in await client.list_prompts()] == ["summarise"]
            assert len((await client.get_prompt("summarise")).messages) == 1
        async with client_of(url, sts.mint(**agent(scope=ALL))) as client:
            assert (await client.call_tool("delete_notes")).data == "deleted"
        async with client_of(url, sts.mint(**delegated(2, scope=ALL))) as client:
            assert (await client.call_tool("pay")).data == "paid"
        async with client_of(url, sts.mint()) as client:
            assert [tool.name for tool in await client.list_tools()] == ["whoami", "slow"]
            assert [str(each.uri) for each in await client.list_resources()] == ["free://one"]
            assert await client.list_resource_templates() == []
            assert await client.list_prompts() == []


@BOTH
async def test_revoked_between_two_calls(sts: DevSts, stateless: bool) -> None:
    notes = Notes(sts)
    token = sts.mint(sid=f"session-{stateless}")
    async with serving(notes.mcp, stateless_http=stateless) as url:
        headers = {} if stateless else await session(url, token)
        assert (await post(url, call_of("whoami"), token, **headers)).status_code == 200
        notes.revocations.mark_revoked(f"session-{stateless}")
        refused = await post(url, call_of("whoami"), token, **headers)
        assert (refused.status_code, refused.json()["error"]) == (401, "session_revoked")
    assert notes.calls == ["whoami"]


async def test_a_session_belongs_to_who_opened_it(sts: DevSts) -> None:
    notes = Notes(sts)
    mine, theirs = sts.mint(), sts.mint(sub="user_other")
    other_application = sts.mint(client_id="app_other")
    async with serving(notes.mcp) as url:
        headers = await session(url, mine)
        for stranger in (theirs, other_application):
            refused = await post(url, call_of("whoami"), stranger, **headers)
            assert refused.status_code == 404
            sent = {**MCP_HEADERS, **headers, "authorization": f"Bearer {stranger}"}
            async with httpx.AsyncClient(trust_env=False, verify=False, timeout=5) as client:
                assert (await client.get(url, headers=sent)).status_code == 404
                assert (await client.delete(url, headers=sent)).status_code == 404
        assert notes.calls == []
        # A new mandate of the same caller goes on with it.
        for token in (mine, sts.mint(sid="session_new", scope=ALL)):
            assert (await post(url, call_of("whoami"), token, **headers)).status_code == 200


async def test_a_call_is_judged_by_the_mandate_of_its_own_request(sts: DevSts) -> None:
    notes = Notes(sts)
    strong, weak = sts.mint(scope=ALL), sts.mint()
    async with serving(notes.mcp) as url:
        headers = await session(url, strong)
        refused = await post(url, call_of("read_notes"), weak, **headers)
        assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
        assert (await post(url, call_of("read_notes"), strong, **headers)).status_code == 200


@BOTH
async def test_800_interleaved_calls_of_two_callers(sts: DevSts, stateless: bool) -> None:
    auth = CaracalAuth(
        issuer=sts.issuer,
        audience=AUDIENCE,
        zone_id="zone_dev",
        revocations=InMemoryRevocationStore(),
        key_cache=create_key_cache(),
    )
    mcp = FastMCP("echo", auth=auth, middleware=[auth.guard()])

    @mcp.tool(output_schema=None)
    async def whoami(pause: float) -> str:
        before = current_principal().sub
        await asyncio.sleep(pause)
        return f"{before} {current_principal().sub}"

    async with serving(mcp, stateless_http=stateless) as url, AsyncExitStack() as stack:
        # One for each of 40 calls at a time: one pool for all takes longer than the calls do.
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(trust_env=False, verify=False, timeout=60)
            )
            for _ in range(40)
        ]
        callers: dict[str, dict[str, str]] = {}
        for name in ("alice", "bob"):
            token = sts.mint(sub=name)
            own = {} if stateless else await session(url, token)
            callers[name] = {**MCP_HEADERS, **own, "authorization": f"Bearer {token}"}

        async def call(client: httpx.AsyncClient, index: int, name: str) -> bool:
            message = call_of("whoami", pause=(index * 7 % 5) / 1_000)
            body = {"jsonrpc": "2.0", "id": index, **message}
            answer = await client.post(url, json=body, headers=callers[name])
            return f'"{name} {name}"' in answer.text

        for start in range(0, 400, 20):
            turns = product(range(start, start + 20), callers)
            calls = (call(client, *turn) for client, turn in zip(clients, turns, strict=True))
            assert all(await asyncio.gather(*calls))


async def stream_of(url: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
    async with (
        httpx.AsyncClient(trust_env=False, verify=False, timeout=20) as client,
        client.stream("GET", url, headers={**MCP_HEADERS, **headers}) as response,
    ):
        assert response.status_code == 200
        yield response


class Told(InMemoryRevocationStore):
    """Notes who listens."""

    listeners = 0

    def subscribe(self, listener: Any) -> Any:
        self.listeners += 1
        end = super().subscribe(listener)

        def ended() -> None:
            self.listeners -= 1
            end()

        return ended


class Untold:
    """A store without a subscription, all of whose answers have to be awaited."""

    def __init__(self) -> None:
        self._store = InMemoryRevocationStore()
        self.is_down = False

    async def is_revoked(self, anchor: str) -> bool:
        if self.is_down:
            raise OSError
        return self._store.is_revoked(anchor)

    async def current_delegation_epoch(self, zone_id: str) -> int:
        return self._store.current_delegation_epoch(zone_id)

    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        self._store.mark_revoked(anchor, ttl_ms)

    def mark_delegation_epoch(self, zone_id: str, epoch: int, ttl_ms: float | None = None) -> None:
        self._store.mark_delegation_epoch(zone_id, epoch, ttl_ms)


async def ends_within(response: httpx.Response, seconds: float) -> bool:
    async def read() -> None:
        async for _ in response.aiter_bytes():
            pass

    try:
        await asyncio.wait_for(read(), seconds)
    except (TimeoutError, asyncio.TimeoutError):
        return False
    return True


@pytest.mark.parametrize("store", [Told, Untold])
@pytest.mark.parametrize("end", ["expiry", "anchor", "epoch"])
async def test_an_open_stream_ends_with_its_mandate(sts: DevSts, store: Any, end: str) -> None:
    import time

    notes = Notes(sts, revocations=store())
    now = int(time.time())
    exp = now + (3 if end == "expiry" else 900)
    claims = delegated(1, sid=f"stream-{end}", iat=now, exp=exp, delegation_graph_epoch=3)
    token = sts.mint(**claims)
    async with serving(notes.mcp) as url:
        headers = await session(url, token)
        async for response in stream_of(url, {**headers, "authorization": f"Bearer {token}"}):
            assert not await ends_within(response, 0.5)
            break
        # The stream that was given up is forgotten; this one is watched from here on.
        headers = await session(url, token)
        async for response in stream_of(url, {**headers, "authorization": f"Bearer {token}"}):
            if store is Told:
                # Only one of the stores that are tried counts them.
                assert notes.revocations.listeners == 1  # type: ignore[attr-defined]
            notes.revocations.mark_revoked("another")
            notes.revocations.mark_delegation_epoch("zone_other", 9)
            if end == "anchor":
                notes.revocations.mark_revoked("stream-anchor")
            if end == "epoch":
                notes.revocations.mark_delegation_epoch("zone_dev", 4)
            assert await ends_within(response, 10)
            break
        if store is Told:
            # Only one of the stores that are tried counts them.
            assert notes.revocations.listeners == 0  # type: ignore[attr-defined]


async def test_an_open_stream_ends_where_nobody_can_say_whether_it_may_go_on(sts: DevSts) -> None:
    store = Untold()
    notes = Notes(sts, revocations=store)
    token = sts.mint()
    async with serving(notes.mcp) as url:
        headers = await session(url, token)
        async for response in stream_of(url, {**headers, "authorization": f"Bearer {token}"}):
            assert not await ends_within(response, 1.5)
            break
        headers = await session(url, token)
        async for response in stream_of(url, {**headers, "authorization": f"Bearer {token}"}):
            store.is_down = True
            assert await ends_within(response, 15)
            break


async def test_the_answer_of_a_call_under_way_ends_with_its_mandate(sts: DevSts) -> None:
    notes = Notes(sts)
    token = sts.mint(sid="slow-session")
    async with serving(notes.mcp, stateless_http=True) as url:
        calling = asyncio.create_task(post(url, call_of("slow", seconds=30), token))
        await asyncio.sleep(0.5)
        notes.revocations.mark_revoked("slow-session")
        answer = await asyncio.wait_for(calling, 10)
        assert '"done"' not in answer.text
    assert "slow" not in notes.calls


async def test_marks_from_a_thread_end_streams_too(sts: DevSts) -> None:
    notes = Notes(sts)
    token = sts.mint(sid="thread-session")
    async with serving(notes.mcp) as url:
        headers = await session(url, token)
        async for response in stream_of(url, {**headers, "authorization": f"Bearer {token}"}):
            await asyncio.to_thread(notes.revocations.mark_revoked, "thread-session")
            assert await ends_within(response, 10)
            break


class TestWithoutHttp:
    async def test_in_memory_everything_is_refused(self, sts: DevSts) -> None:
        notes = Notes(sts)
        async with Client(notes.mcp) as client:
            assert await client.list_tools() == []
            assert await client.list_resources() == []
            assert await client.list_resource_templates() == []
            assert await client.list_prompts() == []
            for tool in ("whoami", "read_notes", "pay", "nothing"):
                result = await client.call_tool(tool, raise_on_error=False)
                assert result.is_error
                assert '"error":"missing_token"' in result.content[0].text
            with pytest.raises(Exception, match="missing_token"):
                await client.read_resource("free://one")
            with pytest.raises(Exception, match="missing_token"):
                await client.get_prompt("summarise")
        assert notes.calls == []

    async def test_unless_told_otherwise(self, sts: DevSts) -> None:
        notes = Notes(sts, guard={"allow_local": True})
        async with Client(notes.mcp) as client:
            assert len(await client.list_resources()) == 2
            assert (await client.read_resource("notes://all"))[0].text == "all"
            # There is no mandate all the same.
            result = await client.call_tool("whoami", raise_on_error=False)
            assert result.is_error

    async def test_a_mandate_of_the_process_is_verified_at_every_call(self, sts: DevSts) -> None:
        tokens = [sts.mint(scope=ALL, sid="process")]

        async def mandate() -> str:
            return tokens[0]

        notes = Notes(sts, guard={"local_mandate": mandate})
        async with Client(notes.mcp) as client:
            assert (await client.read_resource("notes://all"))[0].text == "all"
            result = await client.call_tool("pay", raise_on_error=False)
            assert '"error":"delegation_required"' in result.content[0].text
            tokens[0] = sts.mint(**delegated(1, scope=ALL))
            assert (await client.call_tool("pay")).data == "paid"
            notes.revocations.mark_revoked("edge_1")
            result = await client.call_tool("pay", raise_on_error=False)
            assert '"error":"session_revoked"' in result.content[0].text
            tokens[0] = ""
            result = await client.call_tool("pay", raise_on_error=False)
            assert '"error":"missing_token"' in result.content[0].text
            tokens[0] = "nonsense"
            result = await client.call_tool("pay", raise_on_error=False)
            assert '"error":"invalid_token"' in result.content[0].text

    async def test_over_stdio_everything_is_refused(self, sts: DevSts) -> None:
        program = Path(__file__).parent / "children" / "stdio_server.py"
        transport = StdioTransport(sys.executable, [str(program), sts.issuer], keep_alive=False)
        async with Client(transport) as client:
            assert await client.list_tools() == []
            result = await client.call_tool("hello", raise_on_error=False)
            assert result.is_error
            assert '"error":"missing_token"' in result.content[0].text

    async def test_the_principal_is_that_of_the_mandate_of_the_process(self, sts: DevSts) -> None:
        tokens = [sts.mint(scope=ALL)]
        notes = Notes(sts, guard={"local_mandate": lambda: tokens[0]})

        @notes.mcp.tool
        async def awaited() -> str:
            await asyncio.sleep(0)
            return current_principal().sub

        @notes.mcp.resource("who://am-i")
        def resource() -> str:
            return current_principal().sub

        @notes.mcp.prompt
        def prompt() -> str:
            return current_principal().sub

        async with Client(notes.mcp) as client:
            for subject in ("user_dev", "user_other"):
                tokens[0] = sts.mint(sub=subject, scope=ALL)
                for tool in ("whoami", "awaited"):
                    assert (await client.call_tool(tool)).data == subject
                assert (await client.read_resource("who://am-i"))[0].text == subject
                messages = (await client.get_prompt("prompt")).messages
                assert messages[0].content.text == subject
        with pytest.raises(CaracalAuthError):
            current_principal()

    async def test_the_principal_over_stdio(self, sts: DevSts) -> None:
        program = Path(__file__).parent / "children" / "stdio_server.py"
        arguments = [str(program), sts.issuer, sts.mint()]
        transport = StdioTransport(sys.executable, arguments, keep_alive=False)
        async with Client(transport) as client:
            assert (await client.call_tool("whoami")).data == "user_dev"

    def test_there_is_no_principal_outside_a_call(self) -> None:
        with pytest.raises(CaracalAuthError) as caught:
            current_principal()
        assert caught.value.code == "missing_token"


class TestGuard:
    async def test_it_names_the_check(self, sts: DevSts) -> None:
        notes = Notes(sts, guard={"local_mandate": sts.mint})

        @notes.mcp.tool(output_schema=None, auth=notes.auth.require(agent=True))
        def bare() -> str:
            return "never"

        async with Client(notes.mcp) as client:
            for tool, code, check in (
                ("pay", "insufficient_scope", "scope"),
                ("bare", "agent_required", "agent"),
                ("read_notes", "insufficient_scope", "scope"),
            ):
                result = await client.call_tool(tool, raise_on_error=False)
                assert result.is_error
                assert result.meta is not None
                named = result.meta["caracal"]
                assert (named["error"], named["check"]) == (code, check)
                # Structured content has to follow the output schema of a tool that has one.
                assert result.structured_content == (named if tool == "bare" else None)
            for uri in ("notes://all", "notes://7"):
                with pytest.raises(Exception, match='"error":"insufficient_scope"'):
                    await client.read_resource(uri)
            with pytest.raises(Exception, match='"error":"insufficient_scope"'):
                await client.get_prompt("summarise")
        assert notes.calls == []

    async def test_it_asks_right_before_the_handler(self, sts: DevSts) -> None:
        """Revoked after the request was let in, by middleware that stands before the guard."""
        from fastmcp.server.middleware import Middleware

        notes = Notes(sts)

        class Revoking(Middleware):
            async def on_call_tool(self, context: Any, call_next: Any) -> Any:
                notes.revocations.mark_revoked("meanwhile")
                return await call_next(context)

        notes.mcp.middleware.insert(0, Revoking())
        async with serving(notes.mcp, stateless_http=True) as url:
            answer = await post(url, call_of("whoami"), sts.mint(sid="meanwhile"))
            assert answer.status_code == 200
            assert "session_revoked" in answer.text
        assert notes.calls == []

    async def test_a_name_that_ends_with_a_protected_one_leads_nowhere(self, sts: DevSts) -> None:
        """FastMCP also finds tools of apps by a hash and their own name."""
        notes = Notes(sts, guard={"local_mandate": sts.mint})
        async with Client(notes.mcp) as client:
            result = await client.call_tool("0123456789ab_pay", raise_on_error=False)
            assert '"error":"insufficient_scope"' in result.content[0].text

    async def test_a_task_that_began_while_something_was_looked_up_judges_all_the_same(
        self, sts: DevSts
    ) -> None:
        notes = Notes(sts)
        check = notes.auth.require(scopes=["never"])
        # A component of another kind will do where there is no token.
        nobody = AuthContext(token=None, component=notes.mcp)  # type: ignore[arg-type]
        with finding_requirements() as found:
            assert check(nobody) is True
            late = asyncio.create_task(asyncio.to_thread(check, nobody))
        assert found == [check.requirements]
        assert await late is False

    @BOTH
    async def test_what_a_mounted_server_offers_is_covered(
        self, sts: DevSts, stateless: bool
    ) -> None:
        notes = Notes(sts)
        child = FastMCP("child")

        @child.tool(auth=notes.auth.require(scopes=["child:use"]))
        def use() -> str:
            notes.calls.append("use")
            return "used"

        notes.mcp.mount(child, "child")
        async with serving(notes.mcp, stateless_http=stateless) as url:
            async with client_of(url, sts.mint()) as client:
                assert "child_use" not in [tool.name for tool in await client.list_tools()]
                result = await client.call_tool("child_use", raise_on_error=False)
                assert result.is_error
                assert '"error":"insufficient_scope"' in result.content[0].text
            assert notes.calls == []
            async with client_of(url, sts.mint(scope="mcp:tool:call child:use")) as client:
                assert (await client.call_tool("child_use")).data == "used"

    async def test_tools_that_are_added_later_are_covered(self, sts: DevSts) -> None:
        notes = Notes(sts)
        async with serving(notes.mcp, stateless_http=True) as url:

            @notes.mcp.tool(auth=notes.auth.require(scopes=["late"]))
            def late() -> str:
                return "late"

            answer = await post(url, call_of("late"), sts.mint())
            assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")

    async def test_without_a_guard_component_checks_hold_all_the_same(self, sts: DevSts) -> None:
        notes = Notes(sts, guard=None)
        async with serving(notes.mcp, stateless_http=True) as url:
            answer = await post(url, call_of("read_notes"), sts.mint())
            assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
            async with client_of(url, sts.mint()) as client:
                assert "read_notes" not in [tool.name for tool in await client.list_tools()]
        async with Client(notes.mcp) as client:
            with pytest.raises(Exception, match="Unknown tool"):
                await client.call_tool("read_notes")


class TestOtherProviders:
    async def test_multi_auth(self, sts: DevSts) -> None:
        auth = CaracalAuth(
            issuer=sts.issuer,
            audience=AUDIENCE,
            zone_id="zone_dev",
            required_scopes=["mcp:tool:call"],
            revocations=InMemoryRevocationStore(),
            key_cache=create_key_cache(),
        )
        mcp = FastMCP("notes", auth=MultiAuth(verifiers=[auth.verifier]))

        @mcp.tool(auth=auth.require(scopes=["notes:read"]))
        def whoami() -> str:
            return current_principal().sub

        async with serving(mcp, stateless_http=True) as url:
            async with client_of(url, sts.mint(scope=ALL)) as client:
                assert (await client.call_tool("whoami")).data == "user_dev"
            async with client_of(url, sts.mint()) as client:
                assert await client.list_tools() == []
            for token in ("nonsense", sts.mint(aud=["other"])):
                assert (await post(url, INITIALIZE, token)).status_code == 401

    async def test_remote_auth_provider(self, sts: DevSts) -> None:
        auth = CaracalAuth(
            issuer=sts.issuer,
            audience=AUDIENCE,
            zone_id="zone_dev",
            revocations=InMemoryRevocationStore(),
            key_cache=create_key_cache(),
        )
        remote = RemoteAuthProvider(
            token_verifier=auth.verifier,
            authorization_servers=[AnyHttpUrl(sts.issuer)],
            base_url=AUDIENCE,
        )
        async with serving(FastMCP("notes", auth=remote), stateless_http=True) as url:
            assert (await post(url, INITIALIZE, sts.mint())).status_code == 200
            assert (await post(url, INITIALIZE, "nonsense")).status_code == 401

    async def test_legacy_sse_is_judged_at_every_message(self, sts: DevSts) -> None:
        notes = Notes(sts)
        async with serving_app(notes.mcp.http_app(transport="sse")) as origin:
            async with client_of(f"{origin}/sse", sts.mint(scope=ALL)) as client:
                assert (await client.call_tool("whoami")).data == "user_dev"
            for path in ("/sse", "/messages/?session_id=0"):
                async with httpx.AsyncClient(trust_env=False, verify=False) as plain:
                    method = "GET" if path == "/sse" else "POST"
                    answer = await plain.request(method, f"{origin}{path}")
                    assert (answer.status_code, answer.json()["error"]) == (401, "missing_token")

    async def test_a_legacy_session_belongs_to_who_opened_it_and_ends_with_its_mandate(
        self, sts: DevSts
    ) -> None:
        notes = Notes(sts, zone_id=["zone_dev", "zone_prod"])
        token = sts.mint(sid="legacy-session")
        strangers = (
            sts.mint(sub="user_other"),
            sts.mint(client_id="app_other"),
            sts.mint(sub_type="application"),
            sts.mint("zone_prod"),
        )
        async with (
            serving_app(notes.mcp.http_app(transport="sse")) as origin,
            httpx.AsyncClient(trust_env=False, verify=False, timeout=20) as client,
            client.stream("GET", f"{origin}/sse", headers=bearer(token)) as stream,
        ):
            lines = stream.aiter_lines()
            line = ""
            while not line.startswith("data: "):
                line = await anext(lines)
            address = origin + line.removeprefix("data: ")
            body = {"jsonrpc": "2.0", "id": 1, **call_of("whoami")}
            for stranger in strangers:
                refused = await client.post(address, json=body, headers=bearer(stranger))
                assert refused.status_code == 404
            accepted = await client.post(address, json=body, headers=bearer(token))
            assert accepted.status_code == 202
            notes.revocations.mark_revoked("legacy-session")
            refused = await client.post(address, json=body, headers=bearer(token))
            assert (refused.status_code, refused.json()["error"]) == (401, "session_revoked")

            async def rest() -> None:
                async for _ in lines:
                    pass

            await asyncio.wait_for(rest(), 10)
        assert notes.calls == []

    async def test_mounted_in_another_application(self, sts: DevSts) -> None:
        from starlette.applications import Starlette
        from starlette.routing import Mount

        notes = Notes(sts)
        inner = notes.mcp.http_app(path="/mcp", stateless_http=True)
        outer = Starlette(routes=[Mount("/api", app=inner)], lifespan=inner.lifespan)
        async with serving_app(outer) as origin:
            url = f"{origin}/api/mcp"
            refused = await post(url, call_of("read_notes"), sts.mint())
            assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
            async with client_of(url, sts.mint(scope=ALL)) as client:
                assert (await client.call_tool("read_notes")).data == "notes"


async def test_the_log_holds_no_token_and_no_wrong_reason(
    sts: DevSts, caplog: pytest.LogCaptureFixture
) -> None:
    import logging

    notes = Notes(sts, issuer="http://127.0.0.1:1")
    token = sts.mint()
    with caplog.at_level(logging.DEBUG):
        async with serving(notes.mcp, stateless_http=True) as url:
            assert (await post(url, call_of("whoami"), token)).status_code == 503
    assert token not in caplog.text
    assert token.split(".")[2] not in caplog.text
    assert "invalid_token" not in caplog.text
