"""OAuth 2.0 Protected Resource Metadata (RFC 9728)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

import httpx

from caracalai_identity import ConfigurationError

from ._read_options import read_list, read_scopes, reject_unknown_names
from ._server_url import read_server_url

if TYPE_CHECKING:
    from typing_extensions import Unpack


class _RequiredResourceOptions(TypedDict):
    resource: str
    authorization_servers: Sequence[str]


class ProtectedResourceOptions(_RequiredResourceOptions, total=False):
    """What a resource server says of itself.

    Attributes:
        resource: The resource's identifier: an https URL, or http on a loopback host, without query
            or fragment.
        authorization_servers: Issuers of the authorization servers whose tokens it takes, URLs of
            the same form. At least one.
        scopes_supported: Scopes that clients may need. Left out where there are none.
    """

    scopes_supported: Sequence[str] | None


class _RequiredMetadata(TypedDict):
    resource: str
    authorization_servers: list[str]
    bearer_methods_supported: list[Literal["header"]]


class ProtectedResourceMetadata(_RequiredMetadata, total=False):
    """OAuth 2.0 Protected Resource Metadata (RFC 9728 section 2), as served."""

    scopes_supported: list[str]


_WELL_KNOWN = "/.well-known/oauth-protected-resource"
_OPTION_NAMES = ("resource", "authorization_servers", "scopes_supported")


def protected_resource_metadata(
    **options: "Unpack[ProtectedResourceOptions]",
) -> ProtectedResourceMetadata:
    """The metadata document of a resource server.

    Raises:
        ConfigurationError: An option is missing, malformed or unknown.
    """
    reject_unknown_names("protected_resource_metadata", options, _OPTION_NAMES)
    servers = read_list("authorization_servers", options.get("authorization_servers"))
    if not servers:
        raise ConfigurationError("authorization_servers has to name one at least")
    for index, server in enumerate(servers):
        read_server_url(f"authorization_servers[{index}]", server)
    scopes = read_scopes("scopes_supported", options.get("scopes_supported"))
    metadata: ProtectedResourceMetadata = {
        "resource": read_server_url("resource", options.get("resource")),
        "authorization_servers": list(servers),
        "bearer_methods_supported": ["header"],
    }
    if scopes:
        metadata["scopes_supported"] = list(scopes)
    return metadata


def protected_resource_metadata_url(resource: str) -> str:
    """Where the metadata of a resource is served.

    The well-known part goes between host and path (RFC 9728 section 3.1).

    Raises:
        ConfigurationError: `resource` is not a URL as `ProtectedResourceOptions` wants it.
    """
    url = httpx.URL(read_server_url("resource", resource))
    path = url.raw_path.decode("ascii")
    return str(url.copy_with(raw_path=(_WELL_KNOWN + ("" if path == "/" else path)).encode()))
