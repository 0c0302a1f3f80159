"""Runs programs in processes that are forked from one which has imported FastMCP once.

A start takes a second otherwise, most of it for imports that say nothing of what is tested.
Whatever is forked is a process of its own, with the environment, the standard streams and the exit
code of one that was started; it imports all that is ours, and of others what is not named here.

Usage: `fork_server.py SOCKET`. `run_in_fork.py` is what asks; it ends when its standard input does.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

LIBRARIES = (
    "fastmcp.server.server",
    "fastmcp.server.auth",
    "fastmcp.server.context",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.serialization",
    "httpx",
    "redis.asyncio",
    "uvicorn",
    "uvicorn.protocols.http.h11_impl",
)
EXAMPLES = Path(__file__).parents[2] / "examples"
STREAMS = 3
_LONGEST_JOB = 1_000_000
# For one job to be read, and to be told how it ended, in seconds.
_DEADLINE = 30


class Job(NamedTuple):
    """What somebody wants to be run, and the connection that they wait on."""

    connection: socket.socket
    argv: list[str]
    env: dict[str, str]
    streams: list[int]


def import_libraries() -> None:
    """Imports what takes long, as the notes server does: by its settings alone."""
    sys.path.insert(0, str(EXAMPLES))
    importlib.import_module("fastmcp_settings")
    del sys.modules["fastmcp_settings"], sys.path[0]
    for name in LIBRARIES:
        importlib.import_module(name)
    # Nothing of it is garbage: no fork need look.
    gc.collect()
    gc.freeze()


def read_job(connection: socket.socket) -> Job:
    """Reads one line of JSON, which the standard streams come with."""
    text, streams = b"", []
    while not text.endswith(b"\n") and len(text) < _LONGEST_JOB:
        piece, descriptors, _, _ = socket.recv_fds(connection, 65_536, STREAMS)
        if not piece:
            raise EOFError
        text += piece
        streams += descriptors
    said: dict[str, Any] = json.loads(text)
    if said["executable"] != sys.executable or len(streams) != STREAMS:
        raise ValueError(f"This is {sys.executable}, and takes {STREAMS} streams")
    return Job(connection, said["argv"], said["env"], streams)


def tell(connection: socket.socket, number: int) -> None:
    """Tells whoever asked for a process, and may be gone."""
    with suppress(OSError):
        connection.sendall(f"{number}\n".encode())


class ForkServer:
    """Forks for each who connects, and tells them the process, and how it ended."""

    def __init__(self, path: str) -> None:
        self._running: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self._ended, self._ends = socket.socketpair()
        self._ends.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._ends.fileno(), warn_on_full_buffer=False)
        for source in (self._listener, self._ended, sys.stdin):
            self._selector.register(source, selectors.EVENT_READ)

    def serve(self) -> Job | None:
        """Returns in each forked process, with its job, and in this one at the end."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    self._kill_all()
                    return None
                if key.fileobj is self._listener:
                    job = self._fork()
                    if job is not None:
                        return job
                elif key.fileobj is self._ended:
                    self._ended.recv(4_096)
                    self._reap()
                elif key.data in self._running:
                    # Whoever asked for it was killed.
                    os.kill(key.data, signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _fork(self) -> Job | None:
        connection, _ = self._listener.accept()
        connection.settimeout(_DEADLINE)
        try:
            job = read_job(connection)
        except (EOFError, ConnectionError, TimeoutError):
            # Whoever asked was killed, or is stopped.
            connection.close()
            return None
        # A process of several threads can't be forked safely.
        if threading.active_count() > 1:
            raise RuntimeError(f"There are threads: {threading.enumerate()}")
        pid = os.fork()
        if pid == 0:
            self._close()
            return job
        for stream in job.streams:
            os.close(stream)
        self._running[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        tell(connection, pid)
        return None

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._running.pop(pid) as connection:
                with suppress(KeyError):
                    self._selector.unregister(connection)
                tell(connection, os.waitstatus_to_exitcode(status))

    def _kill_all(self) -> None:
        for pid in self._running:
            os.kill(pid, signal.SIGKILL)

    def _close(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for it in (self._listener, self._ended, self._ends, *self._running.values()):
            it.close()


def take_over(job: Job) -> None:
    """Becomes the process that was asked for."""
    job.connection.close()
    for stream, given in enumerate(job.streams):
        os.dup2(given, stream)
        os.close(given)
    os.environ.clear()
    os.environ.update(job.env)
    sys.argv[:] = job.argv
    sys.path[0] = str(Path(job.argv[0]).parent)


def run(program: str) -> None:
    """Runs the program and ends as it does, without giving back the memory of what was imported."""
    code = 0
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        code = end.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    # What is left behind may complain.
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    import_libraries()
    server = ForkServer(sys.argv[1])
    print("ready", flush=True)
    asked_for = server.serve()
    if asked_for is not None:
        take_over(asked_for)
        run(asked_for.argv[0])
