"""The notes server, steered by the process that started it: for demonstrations and tests.

Beside the variables of `notes_server.py` it takes `KEY_TTL_MS` and `KEY_MAX_AGE_MS`, by which an
outage or a rotation can be watched to its end. On standard input it takes what an STS would tell a
revocation store, a line each, and answers each with a line once the store has it:

    {"revoke": "session_1"}
    {"zone": "zone_dev", "epoch": 4}
"""

import asyncio
import json
import os
import sys
from typing import Any

import fastmcp_settings  # noqa: F401 - before FastMCP
from caracalai_mcp_fastmcp import create_key_cache
from caracalai_revocation import InMemoryRevocationStore
from create_notes_server import create_notes_server
from notes_config import read_config
from serve_notes import listen, serve


def note(line: str, revocations: InMemoryRevocationStore) -> None:
    """Has the store note what a line says."""
    told: Any = json.loads(line)
    if "revoke" in told:
        revocations.mark_revoked(told["revoke"])
    else:
        revocations.mark_delegation_epoch(told["zone"], told["epoch"])


async def hear(revocations: InMemoryRevocationStore) -> None:
    """Notes what comes in, until nothing comes any more."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        note(line.decode(), revocations)
        print('{"noted":true}', flush=True)


async def main() -> None:
    """Serves until a signal comes."""
    config = read_config(os.environ)
    revocations = InMemoryRevocationStore()
    times = {"ttl_ms": "KEY_TTL_MS", "max_age_ms": "KEY_MAX_AGE_MS"}
    given: Any = {name: int(os.environ[of]) for name, of in times.items() if of in os.environ}
    server = create_notes_server(config, revocations, create_key_cache(**given))
    hearing = asyncio.create_task(hear(revocations))
    await serve(server, listen(config.host, config.port), config)
    hearing.cancel()


if __name__ == "__main__":
    asyncio.run(main())
