"""What the server says of itself (RFC 9728)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from caracalai_transport_mcp import (
    ConfigurationError,
    MandateVerifier,
    ProtectedResourceMetadata,
    is_server_url,
    protected_resource_metadata,
    protected_resource_metadata_url,
)

_WELL_KNOWN = "/.well-known/oauth-protected-resource"


class Resource:
    """The metadata of the resource, where the server says where it is reached.

    The resource is the audience where that is a URL: it is what clients have to ask mandates for.
    Else it is the address of the endpoint.

    Args:
        verifier: Its issuer, audience and scopes are the defaults of the others.
        base_url: Where the server is reached; None: no metadata.
        authorization_servers: Issuers that clients get mandates from.
        scopes_supported: Scopes that clients may need.

    Raises:
        ConfigurationError: An option is malformed, or without effect.
    """

    def __init__(
        self,
        verifier: MandateVerifier,
        base_url: str | None,
        authorization_servers: Sequence[str] | None,
        scopes_supported: Sequence[str] | None,
    ) -> None:
        if base_url is None:
            for name, value in (
                ("authorization_servers", authorization_servers),
                ("scopes_supported", scopes_supported),
            ):
                if value is not None:
                    raise ConfigurationError(f"{name} needs base_url: no metadata is served")
        elif not is_server_url(base_url):
            raise ConfigurationError(
                "base_url has to be an https URL, or http on a loopback host, without user info,"
                " query or fragment"
            )
        self._verifier = verifier
        self._base_url = base_url
        self._servers = authorization_servers
        self._scopes = scopes_supported
        self._mcp_path = ""
        # What is wrong shows now, and not at the first request.
        self._metadata()

    def metadata_url(self) -> str | None:
        """The address of the metadata, for challenges; None where there is none."""
        metadata = self._metadata()
        return None if metadata is None else protected_resource_metadata_url(metadata["resource"])

    def routes(self, mcp_path: str | None) -> list[Route]:
        """Serves the metadata (RFC 9728 section 3).

        At the well-known path, with the path of the resource behind it, and with that of the
        endpoint: clients look at all of them.
        """
        self._mcp_path = (mcp_path or "").rstrip("/")
        metadata = self._metadata()
        if metadata is None:
            return []

        def serve(_: Request) -> JSONResponse:
            return JSONResponse(dict(metadata), headers={"access-control-allow-origin": "*"})

        _, _, _, resource_path = protected_resource_metadata_url(metadata["resource"]).split("/", 3)
        paths = (_WELL_KNOWN, f"/{resource_path}", f"{_WELL_KNOWN}{self._mcp_path}")
        return [Route(path, endpoint=serve, methods=["GET"]) for path in dict.fromkeys(paths)]

    def _metadata(self) -> ProtectedResourceMetadata | None:
        if self._base_url is None:
            return None
        audience, defaults = self._verifier.audience, self._verifier.defaults
        endpoint = self._base_url.rstrip("/") + self._mcp_path
        return protected_resource_metadata(
            resource=audience if is_server_url(audience) else endpoint,
            authorization_servers=(
                [self._verifier.issuer] if self._servers is None else self._servers
            ),
            scopes_supported=defaults.required_scopes if self._scopes is None else self._scopes,
        )
