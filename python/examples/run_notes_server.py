"""What the notes server runs once its variables are known to be right."""

import sys

import fastmcp_settings  # noqa: F401 - before FastMCP
from caracalai_mcp_fastmcp import ConfigurationError
from caracalai_revocation import InMemoryRevocationStore, RevocationStore
from caracalai_revocation.redis import ConfigurationError as RedisConfigurationError
from connect_revocations import connect_revocations
from create_notes_server import create_notes_server
from notes_config import NotesConfig
from redis_config import ConfigError, RedisConfig
from serve_notes import listen, serve


async def run(config: NotesConfig, redis: RedisConfig | None) -> None:
    """Serves until a signal comes, with revocations of its own or shared ones.

    Raises:
        ConfigError: A library finds fault with what a variable says.
    """
    try:
        if redis is None:
            await _serve_with(config, InMemoryRevocationStore())
            return
        async with connect_revocations(redis, _report) as revocations:
            await _serve_with(config, revocations)
    except (ConfigurationError, RedisConfigurationError) as error:
        raise ConfigError(str(error)) from None


async def _serve_with(config: NotesConfig, revocations: RevocationStore) -> None:
    server = create_notes_server(config, revocations)
    await serve(server, listen(config.host, config.port), config)


def _report(line: str) -> None:
    """Tells operators."""
    print(f"notes-server: {line}", file=sys.stderr, flush=True)
