"""Serving over HTTP, until a signal comes."""

import asyncio
import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastmcp import FastMCP
from uvicorn.protocols.http.h11_impl import H11Protocol

from notes_config import NotesConfig
from redis_config import ConfigError

ENDPOINT = "/mcp"
_BACKLOG = 2_048
_SHUTDOWN_SECONDS = 1


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
