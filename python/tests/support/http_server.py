"""A real HTTP server on loopback that answers as it is told, also wrongly."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Notes every request, and answers with what `answer` is by then."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.closed: list[bool] = []
        self.issuer = ""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.issuer = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head.split(b" ", 2)[1].decode())
                await self.answer(writer)
                await writer.drain()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await asyncio.wait_for(writer.wait_closed(), 1)


@asynccontextmanager
async def serve(answer: Answer) -> AsyncIterator[Server]:
    """A server, until the end of the block."""
    server = Server(answer)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


def answer(body: Any, status: int = 200, headers: str = "") -> Answer:
    """Text or bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else None
    if data is None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()

    async def send(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(data)}\r\nconnection: close\r\n"
        writer.write(f"{head}{headers}\r\n".encode() + (b"" if status in (204, 304) else data))

    return send


def gzipped(text: str) -> Answer:
    """Compressed, though nobody asked for it."""
    return answer(gzip.compress(text.encode()), headers="content-encoding: gzip\r\n")


async def reset(writer: asyncio.StreamWriter) -> None:
    """Cuts the connection instead of an answer."""
    writer.transport.abort()


async def cut_off(writer: asyncio.StreamWriter) -> None:
    """Half a body."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"keys":')


async def not_http(writer: asyncio.StreamWriter) -> None:
    """Anything."""
    writer.write(b"220 mail.example.com ESMTP\r\n")


async def silent(_: asyncio.StreamWriter) -> None:
    """Nothing, for ever."""
    await asyncio.sleep(3_600)


async def headers_only(writer: asyncio.StreamWriter) -> None:
    """No body, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
    await asyncio.sleep(3_600)


async def trickle(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


def endless(written: list[int]) -> Answer:
    """64 MB, sent as fast as they are read; notes how many bytes went out."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {64 * 2**20}\r\n\r\n".encode())
        for _ in range(1_024):
            writer.write(b" " * 65_536)
            await writer.drain()
            written[0] += 65_536

    return send
