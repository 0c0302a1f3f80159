"""How a notes server is set up: by environment variables alone."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from redis_config import ConfigError

_LAST_PORT = 65_535


class NotesConfig(NamedTuple):
    """What the variables say."""

    issuer: str
    audience: str
    zone_ids: list[str]
    require_chain_contains: list[str]
    host: str
    port: int
    """0: any free port."""
    stateless: bool


# The variables behind the options that the libraries may find fault with.
VARIABLES = {
    "issuer": "CARACAL_ISSUER",
    "audience": "CARACAL_AUDIENCE",
    "base_url": "CARACAL_AUDIENCE",
    "resource": "CARACAL_AUDIENCE",
    "zone_id": "CARACAL_ZONE_ID",
    "require_chain_contains": "CARACAL_REQUIRE_CHAIN_CONTAINS",
    "redis": "CARACAL_REDIS_URL",
    "signature_keys": "CARACAL_REVOCATION_KEYS",
}


def name_variable(complaint: str) -> str:
    """A library's complaint about an option, as one about the variable that it came from."""
    return re.sub(r"^\w+", lambda option: VARIABLES.get(option[0], option[0]), complaint)


def read_config(env: Mapping[str, str]) -> NotesConfig:
    """Reads the environment.

    Raises:
        ConfigError: A variable is missing or malformed.
    """
    return NotesConfig(
        issuer=_required(env, "CARACAL_ISSUER"),
        audience=_required(env, "CARACAL_AUDIENCE"),
        zone_ids=_list(_required(env, "CARACAL_ZONE_ID")),
        require_chain_contains=_list(env.get("CARACAL_REQUIRE_CHAIN_CONTAINS", "")),
        host=env.get("HOST") or "127.0.0.1",
        port=_read_port(env.get("PORT") or "0"),
        stateless=_read_switch("STATELESS", env.get("STATELESS") or "0"),
    )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _list(text: str) -> list[str]:
    return [item for item in (part.strip(" \t") for part in text.split(",")) if item != ""]


def _read_port(text: str) -> int:
    port = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else -1
    if 0 <= port <= _LAST_PORT:
        return port
    raise ConfigError("PORT has to be a number from 0 to 65535")


def _read_switch(name: str, text: str) -> bool:
    if text in ("0", "1"):
        return text == "1"
    raise ConfigError(f"{name} has to be 1 or 0")
