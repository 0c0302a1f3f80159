"""An instance of the TypeScript half, on the same Redis."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .events import KEY
from .redis_server import RedisServer

_PROGRAM = Path(__file__).with_name("redis_peer.mjs")
_DEADLINE_SECONDS = 60


class RedisPeer:
    """A store, two consumers and a replica of the TypeScript half, in a process of their own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, name: str, *args: Any) -> Any:
        """Has it do something, and gives the answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{json.dumps([name, *args])}\n".encode())
        line = await asyncio.wait_for(stdout.readline(), _DEADLINE_SECONDS)
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]


@asynccontextmanager
async def redis_peer(server: RedisServer) -> AsyncIterator[RedisPeer]:
    """Such a process, while it lasts."""
    process = await asyncio.create_subprocess_exec(
        *("node", str(_PROGRAM), server.url, KEY),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    try:
        yield RedisPeer(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        # The transports end after the process.
        await asyncio.sleep(0)
