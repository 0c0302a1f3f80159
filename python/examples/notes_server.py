"""A FastMCP server that lets callers in by Caracal mandates only.

An example, and the server that black-box tests talk to: in all that is seen from outside it is
`examples/notes-server`, whose README says what it offers and how it is set up.
"""

import asyncio
import errno
import json
import math
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, NamedTuple

# FastMCP reads variables of its own, and a file, and would prefer them to what ours leave open.
for _name in [name for name in os.environ if name.startswith("FASTMCP_")]:
    del os.environ[_name]
os.environ["FASTMCP_ENV_FILE"] = os.devnull
os.environ["FASTMCP_LOG_LEVEL"] = "CRITICAL"

import uvicorn  # noqa: E402
from fastmcp import Context, FastMCP  # noqa: E402
from pydantic import Field  # noqa: E402
from uvicorn.protocols.http.h11_impl import H11Protocol  # noqa: E402

from caracalai_mcp_fastmcp import (  # noqa: E402
    CaracalAuth,
    ConfigurationError,
    current_principal,
)
from caracalai_revocation import InMemoryRevocationStore, RevocationStore  # noqa: E402
from caracalai_transport_mcp import KeyCache  # noqa: E402

ENDPOINT = "/mcp"
PROGRESS_EVERY_SECONDS = 0.25
_LAST_PORT = 65_535
_BACKLOG = 2_048
_SHUTDOWN_SECONDS = 1


class NotesConfig(NamedTuple):
    """How a notes server is set up: by environment variables alone."""

    issuer: str
    audience: str
    zone_ids: list[str]
    require_chain_contains: list[str]
    host: str
    port: int
    """0: any free port."""
    stateless: bool


class ConfigError(Exception):
    """Says in one line what is wrong with the environment."""


# The variables behind the options that the libraries may find fault with.
VARIABLES = {
    "issuer": "CARACAL_ISSUER",
    "audience": "CARACAL_AUDIENCE",
    "base_url": "CARACAL_AUDIENCE",
    "resource": "CARACAL_AUDIENCE",
    "zone_id": "CARACAL_ZONE_ID",
    "require_chain_contains": "CARACAL_REQUIRE_CHAIN_CONTAINS",
}


def name_variable(complaint: str) -> str:
    """A library's complaint about an option, as one about the variable that it came from."""
    return re.sub(r"^\w+", lambda option: VARIABLES.get(option[0], option[0]), complaint)


def read_config(env: Mapping[str, str]) -> NotesConfig:
    """Reads the environment.

    Raises:
        ConfigError: A variable is missing or malformed.
    """
    return NotesConfig(
        issuer=_required(env, "CARACAL_ISSUER"),
        audience=_required(env, "CARACAL_AUDIENCE"),
        zone_ids=_list(_required(env, "CARACAL_ZONE_ID")),
        require_chain_contains=_list(env.get("CARACAL_REQUIRE_CHAIN_CONTAINS", "")),
        host=env.get("HOST") or "127.0.0.1",
        port=_read_port(env.get("PORT") or "0"),
        stateless=_read_switch("STATELESS", env.get("STATELESS") or "0"),
    )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _list(text: str) -> list[str]:
    return [item for item in (part.strip(" \t") for part in text.split(",")) if item != ""]


def _read_port(text: str) -> int:
    port = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else -1
    if 0 <= port <= _LAST_PORT:
        return port
    raise ConfigError("PORT has to be a number from 0 to 65535")


def _read_switch(name: str, text: str) -> bool:
    if text in ("0", "1"):
        return text == "1"
    raise ConfigError(f"{name} has to be 1 or 0")


def create_notes_server(
    config: NotesConfig, revocations: RevocationStore, key_cache: KeyCache | None = None
) -> FastMCP:
    """Creates the server, with its tools, resource and prompt.

    Raises:
        ConfigurationError: An option is malformed.
    """
    auth = CaracalAuth(
        issuer=config.issuer,
        audience=config.audience,
        zone_id=config.zone_ids,
        revocations=revocations,
        key_cache=key_cache,
        required_scopes=["mcp:tool:call"],
        require_chain_contains=config.require_chain_contains,
        base_url=config.audience,
    )
    server = FastMCP("notes", version="0.1.0", auth=auth, middleware=[auth.guard()])
    add_notes(server, auth)
    return server


def add_notes(server: FastMCP, auth: CaracalAuth) -> None:
    """Adds what the server offers. Each says what it needs beside the server's own."""
    notes = {"1": "Water the plants", "2": "Call the bank"}

    def as_text() -> str:
        return "\n".join(f"{name}: {text}" for name, text in notes.items())

    @server.tool(output_schema=None)
    def whoami() -> str:
        """Who is calling, as the mandate says."""
        caller = current_principal()
        members = {
            "sub": caller.sub,
            "zoneId": caller.zone_id,
            "clientId": caller.client_id,
            "agentSessionId": caller.agent_session_id,
            "scope": caller.scope,
        }
        present = {name: value for name, value in members.items() if value is not None}
        return json.dumps(present, ensure_ascii=False, separators=(",", ":"))

    @server.tool(output_schema=None, auth=auth.require(scopes=["notes:read"]))
    def read_notes() -> str:
        """All notes."""
        return as_text()

    @server.tool(output_schema=None, auth=auth.require(scopes=["notes:delete"], agent=True))
    def delete_notes(id: str | None = None) -> str:  # noqa: A002 - the argument's name
        """Deletes a note, or all of them. For agents."""
        names = list(notes) if id is None else [id]
        return f"Deleted: {sum(notes.pop(name, None) is not None for name in names)}"

    @server.tool(
        output_schema=None,
        auth=auth.require(scopes=["payments:write"], delegation=True, max_hop_count=2),
    )
    def pay(amount: Annotated[float | None, Field(gt=0)] = None) -> str:
        """Pays, by delegated authority of at most 2 hops."""
        return f"Paid {_number(amount or 0)} for {current_principal().sub}"

    @server.tool(output_schema=None)
    async def slow(seconds: Annotated[float, Field(ge=0, le=600)], context: Context) -> str:
        """Takes its time, and says how far it is."""
        total = math.ceil(seconds / PROGRESS_EVERY_SECONDS)
        for progress in range(1, total + 1):
            await asyncio.sleep(PROGRESS_EVERY_SECONDS)
            await context.report_progress(progress, total)
        return f"Done after {_number(seconds)} s"

    @server.resource(
        "notes://all",
        name="All notes",
        mime_type="text/plain",
        auth=auth.require(scopes=["notes:read"]),
    )
    def all_notes() -> str:
        return as_text()

    @server.prompt(auth=auth.require(scopes=["notes:read"]))
    def summarise() -> str:
        """Asks for a summary of all notes."""
        return f"Summarise these notes:\n{as_text()}"


def _number(value: float) -> str:
    """As JSON's own number, without a fraction that is zero."""
    return str(int(value)) if value == int(value) else repr(value)


class _TidyProtocol(H11Protocol):
    """Answers headers that are too long by 431 (RFC 6585 section 5), not by 400."""

    def send_400_response(self, msg: str) -> None:
        hint = getattr(sys.exc_info()[1], "error_status_hint", 400)
        if hint == 431:
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()
            return
        super().send_400_response(msg)


class _Runner(uvicorn.Server):
    """Leaves signals to us, who end with code 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Takes the port, which is the free one that the system gives for 0.

    Raises:
        ConfigError: The host is no address of this machine.
        OSError: The port is taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ConfigError(f"HOST is no address of this machine ({error})") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise ConfigError(f"HOST is no address of this machine ({error})") from error
        name = errno.errorcode.get(error.errno or 0, "error")
        raise OSError(f"listen {name}: {os.strerror(error.errno or 0)} {host}:{port}") from error
    return listener


async def serve(server: FastMCP, listener: socket.socket, config: NotesConfig) -> None:
    """Serves until a signal comes."""
    app = server.http_app(path=ENDPOINT, stateless_http=config.stateless)
    runner = _Runner(
        uvicorn.Config(
            app,
            http=_TidyProtocol,
            ws="none",
            log_level="critical",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )

    def stop() -> None:
        runner.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(runner.serve(sockets=[listener]))
    while not runner.started and not serving.done():  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(0.01)
    host = f"[{config.host}]" if ":" in config.host else config.host
    url = f"http://{host}:{listener.getsockname()[1]}{ENDPOINT}"
    print(json.dumps({"ready": True, "url": url}, separators=(",", ":")), flush=True)
    await serving


def main() -> int:
    """Runs the server, and returns the exit code."""
    try:
        config = read_config(os.environ)
        server = create_notes_server(config, InMemoryRevocationStore())
        listener = listen(config.host, config.port)
        asyncio.run(serve(server, listener, config))
    except (ConfigError, ConfigurationError) as error:
        print(f"notes-server: {name_variable(str(error))}", file=sys.stderr)
        return 2
    except Exception as error:  # whatever keeps it from starting, in one line
        print(f"notes-server: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
