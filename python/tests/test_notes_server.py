"""The black-box contract of `examples/notes-server`, as far as one set of tests needs Python.

The whole set, in TypeScript, runs against either server.
"""

import json
import re
import signal
import socket
from typing import Any

import pytest
from fastmcp import Client
from fastmcp.client.auth import BearerAuth

from support.dev_sts import DevSts, agent, delegated
from support.notes_server import environment_of, run_server, running
from support.serve import call_of, post

ALL = "mcp:tool:call notes:read notes:delete payments:write"
NOTES = "1: Water the plants\n2: Call the bank"
MODES = pytest.mark.parametrize("stateless", ["0", "1"], ids=["stateful", "stateless"])


def client_of(url: str, token: str) -> Client[Any]:
    return Client(url, auth=BearerAuth(token))


async def text_of(url: str, token: str, tool: str, **arguments: Any) -> str:
    async with client_of(url, token) as client:
        result = await client.call_tool(tool, arguments)
    assert result.structured_content is None
    (content,) = result.content
    return str(content.text)


@MODES
async def test_what_it_offers(sts: DevSts, stateless: str) -> None:
    with running({**environment_of(sts), "STATELESS": stateless}) as server:
        url = server.url
        user = sts.mint(scope=ALL)
        paying = sts.mint(**delegated(2, scope=ALL))
        assert json.loads(await text_of(url, user, "whoami")) == {
            "sub": "user_dev",
            "zoneId": "zone_dev",
            "clientId": "app_dev",
            "scope": ALL,
        }
        caller = json.loads(await text_of(url, sts.mint(**agent()), "whoami"))
        assert caller["agentSessionId"] == "agent_session_dev"
        assert await text_of(url, user, "read_notes") == NOTES
        assert await text_of(url, paying, "pay", amount=5) == "Paid 5 for user_dev"
        assert await text_of(url, paying, "pay", amount=2.5) == "Paid 2.5 for user_dev"
        assert await text_of(url, paying, "pay") == "Paid 0 for user_dev"
        assert await text_of(url, user, "slow", seconds=0) == "Done after 0 s"
        async with client_of(url, user) as client:
            (resource,) = await client.read_resource("notes://all")
            read = resource.model_dump(by_alias=True)
            assert (read["text"], read["mimeType"]) == (NOTES, "text/plain")
            prompt = await client.get_prompt("summarise")
            (message,) = prompt.messages
            assert message.role == "user"
            assert message.content.text == f"Summarise these notes:\n{NOTES}"
        steps: list[tuple[float, float | None]] = []

        async def note(progress: float, total: float | None, _: str | None) -> None:
            steps.append((progress, total))

        async with client_of(url, user) as client:
            await client.call_tool("slow", {"seconds": 1}, progress_handler=note)
        assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
        deleting = sts.mint(**agent(scope=ALL))
        assert await text_of(url, deleting, "delete_notes", id="1") == "Deleted: 1"
        assert await text_of(url, deleting, "delete_notes", id="1") == "Deleted: 0"
        assert await text_of(url, user, "read_notes") == "2: Call the bank"
        assert await text_of(url, deleting, "delete_notes") == "Deleted: 1"


@MODES
async def test_the_ready_line_is_all_there_is_on_standard_output(
    sts: DevSts, stateless: str
) -> None:
    with running({**environment_of(sts), "STATELESS": stateless}) as server:
        async with client_of(server.url, sts.mint()) as client:
            await client.list_tools()
        assert (await post(server.url, call_of("read_notes"), sts.mint())).status_code == 403
        assert (await post(server.url, call_of("whoami"), None)).status_code == 401
        assert (await post(server.url, call_of("whoami"), "nonsense")).status_code == 401
        ended = server.stop(signal.SIGTERM)
    assert ended.code == 0
    assert ended.stdout == f'{{"ready":true,"url":"{server.url}"}}\n'
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*/mcp", server.url)


def test_sigint_ends_it_as_well(sts: DevSts) -> None:
    with running(environment_of(sts)) as server:
        assert server.stop(signal.SIGINT).code == 0


async def test_it_listens_where_it_is_told_and_fastmcps_own_variables_have_no_say(
    sts: DevSts,
) -> None:
    foreign = {"FASTMCP_STREAMABLE_HTTP_PATH": "/x", "FASTMCP_STATELESS_HTTP": "true"}
    with running({**environment_of(sts), "HOST": "localhost", **foreign}) as server:
        assert re.fullmatch(r"http://localhost:\d+/mcp", server.url)
        assert (await post(server.url, call_of("whoami"), None)).status_code == 401


def test_a_port_that_is_taken_ends_it_with_one_line_and_code_1(sts: DevSts) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        ended = run_server({**environment_of(sts), "PORT": str(port)})
    assert (ended.code, ended.stdout) == (1, "")
    assert re.fullmatch(rf"notes-server: [^\n]*EADDRINUSE[^\n]*{port}[^\n]*\n", ended.stderr)


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"CARACAL_ISSUER": ""}, "CARACAL_ISSUER"),
        ({"CARACAL_ISSUER": "sts.example.com"}, "CARACAL_ISSUER"),
        ({"CARACAL_ISSUER": "http://sts.example.com"}, "CARACAL_ISSUER"),
        ({"CARACAL_ISSUER": "https://sts.example.com?"}, "CARACAL_ISSUER"),
        ({"CARACAL_AUDIENCE": ""}, "CARACAL_AUDIENCE"),
        ({"CARACAL_AUDIENCE": "notes"}, "CARACAL_AUDIENCE"),
        ({"CARACAL_AUDIENCE": "https://a.example "}, "CARACAL_AUDIENCE"),
        ({"CARACAL_ZONE_ID": " , "}, "CARACAL_ZONE_ID"),
        ({"CARACAL_ZONE_ID": "a,b\x07c"}, "CARACAL_ZONE_ID"),
        ({"CARACAL_REQUIRE_CHAIN_CONTAINS": "app\x07"}, "CARACAL_REQUIRE_CHAIN_CONTAINS"),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "80.5"}, "PORT"),
        ({"PORT": "\u0663"}, "PORT"),
        ({"HOST": "999.1.1.1"}, "HOST"),
        ({"HOST": "192.0.2.1"}, "HOST"),
        ({"STATELESS": "true"}, "STATELESS"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_ends_it_with_code_2_and_one_line_that_names_the_variable(
    sts: DevSts, wrong: dict[str, str], names: str
) -> None:
    ended = run_server({**environment_of(sts), **wrong})
    assert (ended.code, ended.stdout) == (2, "")
    assert re.fullmatch(rf"notes-server: {names}\b[^\n]+\n", ended.stderr)
