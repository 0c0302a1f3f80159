"""What the library says of the variables, before FastMCP is loaded."""

from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import ConfigurationError, create_mandate_verifier
from notes_config import NotesConfig
from redis_config import ConfigError


def judge_config(config: NotesConfig) -> None:
    """Judges what mandates are to be verified by.

    Raises:
        ConfigError: The library finds fault with it.
    """
    try:
        create_mandate_verifier(
            issuer=config.issuer,
            audience=config.audience,
            zone_id=config.zone_ids,
            require_chain_contains=config.require_chain_contains,
            revocations=InMemoryRevocationStore(),
        )
    except ConfigurationError as error:
        raise ConfigError(str(error)) from None
