"""A TCP proxy before a server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from .redis_server import RedisServer


class TcpProxy:
    """Can be slow, hold everything back, cut connections, and lead elsewhere."""

    def __init__(self, target: RedisServer) -> None:
        self.target = target
        """Where new connections lead to."""
        self.delay_seconds = 0.0
        """How long each piece is held back, in either direction."""
        self.port = 0
        self.bytes_seen = 0
        """How many have come, in either direction, whether they have passed or not."""
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def hold(self) -> None:
        """From now on, nothing passes."""
        self._open.clear()

    def release(self) -> None:
        """What was held back passes, and all that comes."""
        self._open.set()

    def cut(self) -> None:
        """Cuts every connection that is open by now; new ones are let through."""
        for writer in self._writers:
            writer.transport.abort()

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Leads a connection on."""
        self._writers.add(writer)
        try:
            far = await asyncio.open_connection("127.0.0.1", self.target.port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(far[1])
        await asyncio.gather(self._pass(reader, far[1]), self._pass(far[0], writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                self.bytes_seen += len(piece)
                await asyncio.sleep(self.delay_seconds)
                await self._open.wait()
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def tcp_proxy(target: RedisServer) -> AsyncIterator[TcpProxy]:
    """A proxy on a free port, while it lasts."""
    proxy = TcpProxy(target)
    server = await asyncio.start_server(proxy.join, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.release()
        proxy.cut()
        await asyncio.sleep(0.01)
