"""URLs of servers."""

import ipaddress
import re

import httpx

from caracalai_identity import ConfigurationError

from ._javascript_text import WHITE_SPACE
from ._read_options import read_text

# Also what a URL parser may drop silently: an empty query, user info or fragment.
_NOT_IN_A_SERVER_URL = re.compile(f"[?#@\\\\{WHITE_SPACE}]")
_HTTP = re.compile(r"https?://", re.ASCII | re.IGNORECASE)


def read_server_url(name: str, value: object) -> str:
    """A required URL that tokens or metadata may name a server by.

    https, or http on a loopback host (RFC 8252 section 7.3), without user info, query or fragment
    (RFC 8414 section 2).

    Raises:
        ConfigurationError: It is missing, or no such URL.
    """
    text = read_text(name, value)
    if is_server_url(text):
        return text
    raise ConfigurationError(
        f"{name} has to be an https URL, or http on a loopback host, without user info, query or"
        " fragment"
    )


def is_server_url(text: object) -> bool:
    """Whether text is a URL that tokens or metadata may name a server by, see `read_server_url`."""
    if not isinstance(text, str):
        return False
    if _NOT_IN_A_SERVER_URL.search(text) is not None or _HTTP.match(text) is None:
        return False
    try:
        url = httpx.URL(text)
        host, port = url.host, url.port
    except (httpx.InvalidURL, ValueError):  # a host that is no name is the latter
        return False
    if host == "" or "%" in host or (port is not None and port > 65_535):
        return False
    return url.scheme == "https" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "::1"):
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
