"""The markers of a server's history."""

import uuid

from .._commands.replies import read_integer
from .._commands.script import run_script
from .._commands.timed_command import TimedCommand
from .scripts import SET_MARKER


def marker_key(key_prefix: str, stream: str) -> str:
    """The key whose value stands for the history of a server.

    While it stays, whoever knew all that the server had still does. The braces keep it on the
    stream's node of a cluster.
    """
    return f"{key_prefix}history:{{{stream}}}"


def new_marker() -> str:
    """A marker that nobody has set before."""
    return str(uuid.uuid4())


async def set_marker(
    command: TimedCommand,
    key: str,
    *,
    run_id: str,
    old: str | None,
    new: str,
    timeout_ms: float,
) -> bool:
    """Sets a marker, on one server: another one may lack what was written before the marker.

    Returns:
        Whether it was set; False where it is another marker or server by now.

    Raises:
        RedisStoreError: It is not known whether it was.
    """
    reply = await run_script(
        command, SET_MARKER, keys=(key,), args=(run_id, old or "", new), timeout_ms=timeout_ms
    )
    return read_integer(reply, "the confirmation of a marker") == 1
