"""The notes server as a process, set up by its environment alone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from .dev_sts import AUDIENCE, DevSts
from .paths import ROOT

COMMAND = [sys.executable, str(ROOT / "python" / "examples" / "notes_server.py")]
_DEADLINE_SECONDS = 30


class Exit(NamedTuple):
    """How it ended, and all that it wrote."""

    code: int
    stdout: str
    stderr: str


def environment_of(sts: DevSts) -> dict[str, str]:
    """Variables for a server that accepts mandates of the first zone."""
    return {
        "CARACAL_ISSUER": sts.issuer,
        "CARACAL_AUDIENCE": AUDIENCE,
        "CARACAL_ZONE_ID": "zone_dev",
    }


def _spawn(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        COMMAND,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_server(environment: Mapping[str, str]) -> Exit:
    """Runs a server that ends by itself."""
    process = _spawn(environment)
    try:
        stdout, stderr = process.communicate(timeout=_DEADLINE_SECONDS)
    finally:
        process.kill()
    return Exit(process.returncode, stdout, stderr)


class RunningServer:
    """A server that said it is ready."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdout is not None
        self.ready = process.stdout.readline()
        self.url: str = json.loads(self.ready)["url"]

    def stop(self, number: int) -> Exit:
        """Ends it by a signal, and waits until it has."""
        self._process.send_signal(number)
        stdout, stderr = self._process.communicate(timeout=_DEADLINE_SECONDS)
        return Exit(self._process.returncode, self.ready + stdout, stderr)


@contextmanager
def running(environment: Mapping[str, str]) -> Iterator[RunningServer]:
    """Starts a server, and ends it with the block."""
    process = _spawn(environment)
    try:
        yield RunningServer(process)
    finally:
        process.kill()
        process.communicate()
