"""What a verified token says of its caller, in the form that FastMCP knows."""

from dataclasses import asdict
from typing import Any

from fastmcp.server.auth import AccessToken
from pydantic import Field, PrivateAttr

from caracalai_transport_mcp import Mandate, Principal


class CaracalContext(AccessToken):
    """Who is calling, and with what authority: FastMCP's access token, and the mandate.

    `client_id`, `scopes`, `expires_at` (seconds since the epoch), `subject` and `claims` (under
    their names on the wire) are FastMCP's own. The token stays out of its repr.
    """

    token: str = Field(repr=False)
    _principal: Principal = PrivateAttr()

    @property
    def principal(self) -> Principal:
        """Who is calling, typed and frozen."""
        return self._principal

    @property
    def mandate(self) -> Mandate:
        """Every claim."""
        return self._principal.mandate

    @property
    def sub(self) -> str:
        """Who the authority is for."""
        return self._principal.sub

    @property
    def zone_id(self) -> str:
        """The tenant."""
        return self._principal.zone_id

    @property
    def scope(self) -> str:
        """The granted scopes, separated by spaces; empty where there are none."""
        return self._principal.scope


def context_of(principal: Principal, token: str) -> CaracalContext:
    """The context of a principal that was let in with a token."""
    context = CaracalContext(
        token=token,
        # FastMCP binds sessions to client, issuer (in the claims) and subject.
        client_id=principal.client_id,
        subject=principal.sub,
        claims=_claims_of(principal.mandate),
        scopes=list(principal.scopes),
        expires_at=principal.expires_at,
    )
    context._principal = principal  # noqa: SLF001 - its own, but not a field
    return context


def _claims_of(mandate: Mandate) -> dict[str, Any]:
    def present(members: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: _to_json(value) for name, value in members if value is not None}

    return asdict(mandate, dict_factory=present)


def _to_json(value: Any) -> Any:  # noqa: ANN401 - a claim
    return list(value) if isinstance(value, tuple) else value
