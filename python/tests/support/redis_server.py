"""Real Redis servers of the tests' own, on loopback."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import redis
from redis.asyncio import Redis

_DEADLINE_SECONDS = 30

# Else a new replica waits for 5 seconds, in case that more of them come.
_FAST = ("--repl-diskless-sync-delay", "0")


def _server_command() -> str:
    """The server that tools/ensure-redis.js has made sure of."""
    for name in (os.environ.get("REDIS_SERVER"), "redis-server", "valkey-server"):
        if name and shutil.which(name):
            return name
    raise RuntimeError("There is no redis-server and no valkey-server: run `make redis` first")


def free_port() -> int:
    """A port that nobody listens on by now.

    It is below those that systems hand out for outgoing connections, which would take it before it
    is used, or between an end and a new start.
    """
    for _ in range(20):
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            # Else a port is not free for a minute after its last connection.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise RuntimeError("There is no free port")


class RedisServer:
    """A real server that can be killed, frozen and started again on the same port."""

    def __init__(self, *settings: str, persistent: bool = False) -> None:
        self._folder = tempfile.mkdtemp(prefix="redis-")
        self._settings = settings
        self._persistent = persistent
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it (again), and waits until it answers: with its data, where persistent."""
        appending = ("yes", "--appendfsync", "always") if self._persistent else ("no",)
        base = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly")
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while time.monotonic() < deadline:
            self._process = subprocess.Popen(
                [_server_command(), *base, *appending, *_FAST, *self._settings],
                cwd=self._folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while self._process.poll() is None and time.monotonic() < deadline:
                if self._answers():
                    return
                time.sleep(0.01)
        raise RuntimeError("The server did not start")

    def _answers(self) -> bool:
        """Whether it answers, and not somebody who has taken its port; with all its data."""
        assert self._process is not None
        try:
            info = self.command("INFO")
        except redis.RedisError:
            return False
        return bool(info["process_id"] == self._process.pid and info["loading"] == 0)

    def kill(self) -> None:
        """`kill -9`: what was not persistent is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """`kill -9`, and a new start on the same port."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on, and answers what came meanwhile."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def replicate(self, primary: "RedisServer") -> None:
        """Follows another server, and waits until it has all of that one's data."""
        self.command("REPLICAOF", "127.0.0.1", str(primary.port))
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while self.command("INFO", "replication").get("master_link_status") != "up":
            if time.monotonic() > deadline:
                raise RuntimeError("The replica did not come into step with its primary")
            time.sleep(0.02)

    def promote(self) -> None:
        """Makes a replica a primary, with what it has by now."""
        self.command("REPLICAOF", "NO", "ONE")

    def command(self, *args: str | bytes) -> Any:
        """Sends one command on a connection of its own, and blocks for it."""
        client = redis.Redis.from_url(
            self.url, socket_timeout=10, protocol=2, decode_responses=True, retry=None
        )
        try:
            # redis-py has no types for this.
            return client.execute_command(*args)  # type: ignore[no-untyped-call]
        finally:
            client.close()

    def add(self, stream: str, fields: dict[str, str], *trim: str) -> str:
        """Publishes an event."""
        flat = [part for field in fields.items() for part in field]
        entry_id: str = self.command("XADD", stream, *trim, "*", *flat)
        return entry_id

    def close(self) -> None:
        """Ends the server and deletes what it has written."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def running_redis(*settings: str, persistent: bool = False) -> Iterator[RedisServer]:
    """A server of its own, while it lasts."""
    server = RedisServer(*settings, persistent=persistent)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def running_sentinel(primary: RedisServer) -> Iterator[int]:
    """A Sentinel that watches a server as `main`, while it lasts; gives its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="sentinel-") as folder:
        settings = (
            "bind 127.0.0.1",
            f"port {port}",
            f"sentinel monitor main 127.0.0.1 {primary.port} 1",
            "sentinel down-after-milliseconds main 500",
            "sentinel failover-timeout main 2000",
        )
        file = Path(folder) / "sentinel.conf"
        file.write_text("\n".join(settings))
        process = subprocess.Popen(
            [_server_command(), str(file), "--sentinel"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield port
        finally:
            process.kill()
            process.wait()


class HasUrl(Protocol):
    """A server, or what stands before one."""

    @property
    def url(self) -> str: ...


@asynccontextmanager
async def redis_client(server: HasUrl, **options: Any) -> AsyncIterator[Redis]:
    """A client of a server, while it lasts."""
    client = Redis.from_url(server.url, **options)
    try:
        yield client
    finally:
        await client.aclose()
