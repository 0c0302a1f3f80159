"""Caracal mandates for a FastMCP server."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from fastmcp.server.auth import TokenVerifier
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from starlette.middleware import Middleware
from starlette.routing import Route

from caracalai_transport_mcp import (
    ConfigurationError,
    MandateError,
    MandateVerifier,
    MandateVerifierOptions,
    Refused,
    create_mandate_verifier,
)

from ._caracal_auth_error import to_auth_error
from ._caracal_context import CaracalContext, context_of
from ._gate import Gate
from ._guard import Guard, LocalMandate
from ._items import read_table
from ._requirement import Needs, RequirementCheck, read_needs
from ._resource import Resource
from ._token_verifier import CaracalTokenVerifier

if TYPE_CHECKING:
    from typing_extensions import Unpack


class CaracalAuthOptions(MandateVerifierOptions, total=False):
    """Options of `CaracalAuth`: those of a verifier, and what the server says of itself.

    Attributes:
        base_url: Where the server is reached, an https URL, or http on loopback. Where it is given,
            the metadata of the resource is served (RFC 9728), and challenges point to it.
        authorization_servers: Issuers that clients get mandates from. Default: `issuer`.
        scopes_supported: Scopes that clients may need. Default: `required_scopes`.
    """

    base_url: str | None
    authorization_servers: Sequence[str] | None
    scopes_supported: Sequence[str] | None


class GuardOptions(TypedDict, total=False):
    """Options of `CaracalAuth.guard`, for calls over stdio and in memory.

    Attributes:
        allow_local: Lets them in, unjudged. Default False.
        local_mandate: Gives the mandate of the process that is called: a function that returns it,
            or an awaitable of it, which is waited for 10 seconds. Verified at every call.
    """

    allow_local: bool
    local_mandate: LocalMandate | None


class CaracalAuth(TokenVerifier):
    """Lets callers of a FastMCP server in by Caracal mandates only: `FastMCP("notes", auth=auth)`.

    Every HTTP request is judged by its own mandate. Refusals are 401, 403 and 503 with a challenge
    and a JSON body.

    Args:
        **options: See `CaracalAuthOptions` and `MandateVerifierOptions`.

    Raises:
        ConfigurationError: An option is missing, malformed or unknown.
    """

    def __init__(self, **options: "Unpack[CaracalAuthOptions]") -> None:
        unknown = next((name for name in options if name not in _OPTION_NAMES), None)
        if unknown is not None:
            known = ", ".join(_OPTION_NAMES)
            raise ConfigurationError(f"CaracalAuth: unknown option {unknown}; known: {known}")
        rest: Any = {name: value for name, value in options.items() if name not in _OWN_OPTIONS}
        self._mandates = create_mandate_verifier(**rest)
        self._resource = Resource(
            self._mandates,
            options.get("base_url"),
            options.get("authorization_servers"),
            options.get("scopes_supported"),
        )
        super().__init__(
            base_url=options.get("base_url"),
            required_scopes=list(self._mandates.defaults.required_scopes),
        )
        self._verifier = CaracalTokenVerifier(self._mandates)

    @property
    def mandates(self) -> MandateVerifier:
        """Judges the mandates, for what is not FastMCP."""
        return self._mandates

    @property
    def verifier(self) -> CaracalTokenVerifier:
        """A verifier that never raises, for `MultiAuth`, `RemoteAuthProvider`, `OAuthProxy`."""
        return self._verifier

    async def verify_token(self, token: str) -> CaracalContext:
        """Verifies one token, for integrations that call it themselves.

        Args:
            token: A compact JWS, without its scheme.

        Returns:
            Who is calling: `sub`, `zone_id`, `scope`, `client_id`, `expires_at` (seconds since the
            epoch), and the `mandate` with every claim.

        Raises:
            CaracalAuthError: The token does not let its caller in, or could not be judged.
        """
        result = await self._mandates.authenticate(token)
        if isinstance(result, Refused):
            raise to_auth_error(result.error)
        return context_of(result.principal, token)

    async def __call__(self, token: str) -> CaracalContext:
        """The same as `verify_token`.

        Raises:
            CaracalAuthError: As there.
        """
        return await self.verify_token(token)

    async def warmup(self) -> None:
        """Fetches the key sets of all zones, so that the first request does not wait for them.

        Raises:
            CaracalAuthError: `verification_unavailable` where one could not be fetched.
        """
        try:
            await self._mandates.warmup()
        except MandateError as error:
            failure = to_auth_error(error)
        else:
            return
        raise failure

    def require(self, **needs: "Unpack[Needs]") -> RequirementCheck:
        """A component check: `@mcp.tool(auth=auth.require(scopes=["notes:delete"], agent=True))`.

        The tool, resource or prompt is hidden from callers whose mandate does not suffice, and
        their calls are refused: over HTTP with 403 before they are dispatched, elsewhere as if it
        were not there. `guard` says why there too.

        Args:
            **needs: See `Needs`. They narrow the requirements of the server, and can't widen them.

        Raises:
            ConfigurationError: A requirement is unknown or malformed.
        """
        return RequirementCheck(self._mandates, read_needs("require", needs))

    def guard(
        self,
        table: "Mapping[str, Mapping[str, Needs]] | None" = None,
        **options: "Unpack[GuardOptions]",
    ) -> Guard:
        """Middleware that judges every call right before its handler: `mcp.add_middleware(…)`.

        Expiry, authority and revocation are those of that moment. A refusal names the check. Calls
        over stdio and in memory, which carry no mandate, are refused.

        Args:
            table: What is needed by name, for who does not want to touch definitions:
                `{"tools": {"pay": {"scopes": ["payments:write"], "max_hop_count": 2}},
                "resources": {uri or template: …}, "prompts": {name: …}}`.
            **options: See `GuardOptions`.

        Raises:
            ConfigurationError: A part of the table is unknown or malformed, or an option.
        """
        unknown = next((name for name in options if name not in _GUARD_OPTION_NAMES), None)
        if unknown is not None:
            known = ", ".join(_GUARD_OPTION_NAMES)
            raise ConfigurationError(f"guard: unknown option {unknown}; known: {known}")
        allow_local = options.get("allow_local", False)
        local_mandate = options.get("local_mandate")
        if not isinstance(allow_local, bool):
            raise ConfigurationError("guard: allow_local has to be True or False")
        if local_mandate is not None and not callable(local_mandate):
            raise ConfigurationError("guard: local_mandate has to be a function")
        if allow_local and local_mandate is not None:
            raise ConfigurationError("guard: allow_local and local_mandate exclude each other")
        return Guard(
            self._mandates,
            read_table({} if table is None else table),
            allow_local=allow_local,
            local_mandate=local_mandate,
        )

    def get_middleware(self) -> list[Any]:
        """What FastMCP puts before its application: the gate, in place of its own verification."""
        gate = Middleware(
            Gate,
            mandates=self._mandates,
            resource_metadata=self._resource.metadata_url,
        )
        return [gate, Middleware(AuthContextMiddleware)]

    def get_routes(self, mcp_path: str | None = None) -> list[Route]:
        """The metadata of the resource, where there is a `base_url`."""
        self.set_mcp_path(mcp_path)
        return self._resource.routes(mcp_path)


_OPTION_NAMES = tuple(CaracalAuthOptions.__annotations__)
_OWN_OPTIONS = ("base_url", "authorization_servers", "scopes_supported")
_GUARD_OPTION_NAMES = tuple(GuardOptions.__annotations__)
