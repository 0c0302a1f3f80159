"""A FastMCP server that lets callers in by Caracal mandates only.

An example, and the server that black-box tests talk to: in all that is seen from outside it is
`examples/notes-server`, whose README says what it offers and how it is set up. What it offers is in
`create_notes_server.py`.
"""

import asyncio
import os
import sys

from notes_config import name_variable, read_config
from redis_config import ConfigError, read_redis_config


def main() -> int:
    """Runs the server, and returns the exit code."""
    try:
        config, redis = read_config(os.environ), read_redis_config(os.environ)
        # FastMCP takes most of a second to load, for which nobody with a wrong variable need wait.
        from judge_config import judge_config  # noqa: PLC0415

        judge_config(config)
        from run_notes_server import run  # noqa: PLC0415

        asyncio.run(run(config, redis))
    except ConfigError as error:
        print(f"notes-server: {name_variable(str(error))}", file=sys.stderr)
        return 2
    except Exception as error:  # whatever keeps it from starting, in one line
        print(f"notes-server: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
