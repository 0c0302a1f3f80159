"""The notes server as a process, set up by its environment alone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from .dev_sts import AUDIENCE, DevSts
from .paths import ROOT

COMMAND = [sys.executable, str(ROOT / "python" / "examples" / "notes_server.py")]
TYPESCRIPT = ["node", str(ROOT / "examples" / "notes-server" / "dist" / "main.js")]


def environment_of(sts: DevSts) -> dict[str, str]:
    """For a server that accepts mandates of the first zone."""
    return {
        "CARACAL_ISSUER": sts.issuer,
        "CARACAL_AUDIENCE": AUDIENCE,
        "CARACAL_ZONE_ID": "zone_dev",
    }


@contextmanager
def running(environment: Mapping[str, str], command: Sequence[str]) -> Iterator[str]:
    """A server while it lasts; gives its URL."""
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url: str = json.loads(process.stdout.readline())["url"]
        yield url
    finally:
        process.kill()
        process.communicate()
