"""How a notes server learns of revocations where it shares them with others."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

UNSIGNED = "unsigned"
"""Takes the place of keys: nobody leaves out the signatures by forgetting a variable."""

_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_ODD_CHARACTER = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


class ConfigError(Exception):
    """Says in one line what is wrong with the environment."""


class RedisConfig(NamedTuple):
    """How revocations are shared."""

    url: str
    """Holds the password, if there is one: for no output."""
    signature_keys: list[str] | None
    """Whose events are believed; None for any."""
    is_new: bool
    """Whether a Redis that no server has used yet is believed at once."""


def read_redis_config(env: Mapping[str, str]) -> RedisConfig | None:
    """Reads how Redis is reached, without reaching it.

    No complaint quotes a value: an address holds a password, and a key is one.

    Returns:
        None where revocations are to stay in the process.

    Raises:
        ConfigError: A variable is missing or malformed.
    """
    url = env.get("CARACAL_REDIS_URL")
    keys, is_new = env.get("CARACAL_REVOCATION_KEYS"), env.get("CARACAL_REDIS_NEW")
    if url is None:
        # Who sets one of these means to share revocations, and would not notice that they are not.
        if keys or is_new:
            raise ConfigError("CARACAL_REDIS_URL is not set, but what belongs to it")
        return None
    if not _is_redis_url(url):
        raise ConfigError(
            "CARACAL_REDIS_URL has to be redis:// or rediss:// with a host, and no more than a"
            " user, a password, a port and the number of a database"
        )
    if not keys:
        raise ConfigError(
            f'CARACAL_REVOCATION_KEYS is not set: the keys of the events, or "{UNSIGNED}"'
        )
    if is_new not in (None, "", "0", "1"):
        raise ConfigError("CARACAL_REDIS_NEW has to be 1 or 0")
    is_unsigned = keys.strip() == UNSIGNED
    split = None if is_unsigned else [key.strip() for key in keys.split(",")]
    return RedisConfig(url, split, is_new == "1")


def _is_redis_url(text: str) -> bool:
    """What the client takes: it would complain later, and quote what it got."""
    if _ODD_CHARACTER.search(text) or _BAD_ESCAPE.search(text):
        return False
    try:
        parts = urlsplit(text)
        unquote(parts.netloc, errors="strict")
        is_address = parts.scheme in ("redis", "rediss") and bool(parts.hostname)
        # Looked at, since a port that is none shows then only.
        is_address = is_address and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False
    is_nothing_else = re.fullmatch(r"(?:/[0-9]*)?", parts.path) and not ("?" in text or "#" in text)
    return is_address and bool(is_nothing_else)
