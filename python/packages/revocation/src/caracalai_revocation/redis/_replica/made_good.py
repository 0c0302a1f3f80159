"""Telling that a loss was made good for."""

from .._commands.script import run_script
from .._commands.timed_command import TimedCommand
from .scripts import MAKE_GOOD


def made_good_key(loss_key: str) -> str:
    """The key of the note that a replica has made good for as far as anybody can."""
    return f"{loss_key}.made-good"


async def make_good(
    command: TimedCommand,
    loss_key: str,
    *,
    run_id: str,
    note: str,
    is_proven: bool,
    timeout_ms: float,
) -> None:
    """What the note speaks of is in the keys by now, as far as this replica knows.

    Args:
        command: Asks the primary only.
        loss_key: The key of the note.
        run_id: The server: another one may lack what was written to make good for the loss.
        note: The note.
        is_proven: Whether this replica can prove that it knows all that was lost.
        timeout_ms: How long the answer may take.

    Raises:
        RedisStoreError: It is not known whether Redis was told.
    """
    await run_script(
        command,
        MAKE_GOOD,
        keys=(loss_key, made_good_key(loss_key)),
        args=(run_id, note, "1" if is_proven else "0"),
        timeout_ms=timeout_ms,
    )
