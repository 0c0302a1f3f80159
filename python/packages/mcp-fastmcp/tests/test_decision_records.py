"""What operators are told of requests and calls."""

import asyncio
from typing import Any

import httpx
import pytest
from fastmcp import Client
from starlette.requests import Request
from starlette.responses import JSONResponse

from caracalai_mcp_fastmcp import Decision, _guard
from support.dev_sts import DevSts
from support.notes import Notes
from support.serve import call_of, post, serving

ALL = "mcp:tool:call notes:read"


def summary(decision: Decision) -> tuple[Any, ...]:
    items = [f"{item.kind} {item.name}" for item in decision.items]
    return decision.stage, decision.code or decision.outcome, items


async def test_a_request_and_its_call_are_told_of(sts: DevSts) -> None:
    told: list[Decision] = []
    notes = Notes(sts, on_decision=told.append)
    token = sts.mint(scope=ALL)
    async with serving(notes.mcp, stateless_http=True) as url:
        for message, kind, name in (
            (call_of("read_notes"), "tool", "read_notes"),
            ({"method": "resources/read", "params": {"uri": "notes://all"}}, "resource", None),
            ({"method": "resources/read", "params": {"uri": "notes://7"}}, "template", None),
            ({"method": "prompts/get", "params": {"name": "summarise"}}, "prompt", "summarise"),
        ):
            del told[:]
            assert (await post(url, message, token)).status_code == 200
            item = {
                "resource": "resource notes://all",
                "template": "resource_template notes://{name}",
            }.get(kind, f"{kind} {name}")
            assert summary(told[0]) == ("request", "ok", [item])
            # FastMCP 4 asks for access to a resource once more than it reads it.
            assert {str(summary(each)) for each in told[1:]} == {str(("recheck", "ok", [item]))}
        assert told[0].cached

        del told[:]
        await post(url, call_of("read_notes"), sts.mint())
        await post(url, call_of("nothing of the kind"), None)
        assert [summary(each) for each in told] == [
            ("request", "insufficient_scope", ["tool read_notes"]),
            ("request", "missing_token", []),
        ]
        assert told[0].zone_id == "zone_dev"
        assert told[1].zone_id is None


async def test_the_mandate_of_the_process_is_told_of(sts: DevSts) -> None:
    told: list[Decision] = []
    notes = Notes(sts, on_decision=told.append, guard={"local_mandate": lambda: "nonsense"})
    async with Client(notes.mcp) as client:
        result = await client.call_tool("whoami", raise_on_error=False)
    assert result.is_error
    assert summary(told[-1]) == ("request", "invalid_token", [])


async def test_a_mandate_of_the_process_that_cannot_be_had_is_an_outage(
    sts: DevSts, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Decision] = []

    def fetch() -> str:
        raise ConnectionError("planted-secret")

    async def fetch_later() -> str:
        return fetch()

    def be_cancelled() -> str:
        raise asyncio.CancelledError("planted-secret")

    async def await_what_is_cancelled() -> str:
        refresh = asyncio.ensure_future(asyncio.sleep(60, "never"))
        refresh.cancel("planted-secret")
        return await refresh

    def give_what_is_cancelled() -> asyncio.Future[str]:
        refresh: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        refresh.cancel("planted-secret")
        return refresh

    for local_mandate, name in (
        (fetch, "ConnectionError"),
        (fetch_later, "ConnectionError"),
        (be_cancelled, "CancelledError"),
        (await_what_is_cancelled, "DeadlineError"),
        (give_what_is_cancelled, "DeadlineError"),
    ):
        caplog.clear()
        told.clear()
        notes = Notes(sts, on_decision=told.append, guard={"local_mandate": local_mandate})
        async with Client(notes.mcp) as client:
            assert await client.list_tools() == []
            result = await client.call_tool("whoami", raise_on_error=False)
        assert result.is_error
        assert '"error":"verification_unavailable"' in result.content[0].text
        assert "planted" not in result.content[0].text
        assert notes.calls == []
        assert told[-1].outcome == "unavailable"
        assert told[-1].code == "verification_unavailable"
        lines = [it for it in caplog.records if it.name == "caracalai.mcp_fastmcp"]
        # One for each time that it was asked.
        said = f"local_mandate of the guard failed ({name}). The call is refused."
        assert [it.getMessage() for it in lines] == [said] * len(told)
        assert "planted" not in caplog.text


async def test_a_mandate_of_the_process_is_not_waited_for_without_end(
    sts: DevSts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert _guard._LOCAL_MANDATE_DEADLINE_MS == 10_000
    monkeypatch.setattr(_guard, "_LOCAL_MANDATE_DEADLINE_MS", 50)
    told: list[Decision] = []
    mandate = sts.mint()
    shared: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ended: list[str] = []

    async def never() -> str:
        try:
            await asyncio.Event().wait()
            return mandate
        finally:
            ended.append("never")

    for give, expected in ((never, {"never"}), (lambda: shared, set[str]())):
        told.clear()
        caplog.clear()
        ended.clear()
        notes = Notes(sts, on_decision=told.append, guard={"local_mandate": give})
        async with Client(notes.mcp) as client:
            result = await client.call_tool("whoami", raise_on_error=False)
        assert '"error":"verification_unavailable"' in result.content[0].text
        assert {decision.outcome for decision in told} == {"unavailable"}
        assert "(DeadlineError)" in caplog.text
        # What the guard began to wait for itself is cancelled; what others share is not.
        assert set(ended) == expected
        assert not shared.done()
        assert notes.calls == []


async def test_a_call_is_cancelled_all_the_same_while_its_mandate_is_waited_for(
    sts: DevSts, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Decision] = []
    mandate = sts.mint()
    waits = asyncio.Event()
    ended = asyncio.Event()

    async def never() -> str:
        waits.set()
        try:
            await asyncio.Event().wait()
            return mandate
        finally:
            ended.set()

    notes = Notes(sts, on_decision=told.append, guard={"local_mandate": never})
    call = asyncio.ensure_future(notes.mcp.call_tool("whoami"))
    await waits.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await ended.wait()
    assert told == []
    assert "caracalai" not in caplog.text


@pytest.mark.parametrize("header", [None, "Bearer nonsense"])
async def test_open_routes(sts: DevSts, header: str | None) -> None:
    told: list[Decision] = []
    notes = Notes(sts, on_decision=told.append)

    @notes.mcp.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> JSONResponse:
        return JSONResponse({})

    async with (
        serving(notes.mcp) as url,
        httpx.AsyncClient(trust_env=False, verify=False) as client,
    ):
        headers = {} if header is None else {"authorization": header}
        path = f"{url.removesuffix('/mcp')}/health"
        assert (await client.get(path, headers=headers)).status_code == 200
    assert len(told) == (0 if header is None else 1)
