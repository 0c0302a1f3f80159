"""Who is calling, in a handler."""

from fastmcp.server.dependencies import get_access_token

from caracalai_transport_mcp import MandateError, Principal

from ._caracal_auth_error import to_auth_error
from ._caracal_context import CaracalContext


def current_principal() -> Principal:
    """The caller, anywhere below a handler of a tool, resource or prompt.

    From the call's own request, whoever opened the session.

    Raises:
        CaracalAuthError: `missing_token` outside a call that was let in over HTTP.
    """
    principal = principal_of_call()
    if principal is None:
        raise to_auth_error(missing_token())
    return principal


def principal_of_call() -> Principal | None:
    """The caller; None where the call did not come in over HTTP with a mandate."""
    token = get_access_token()
    return token.principal if isinstance(token, CaracalContext) else None


def missing_token() -> MandateError:
    """How a call is refused that carries no mandate."""
    return MandateError(
        "missing_token",
        "bearer",
        "Missing bearer token",
        "The call did not come in over HTTP with a mandate: stdio and in-memory transports carry"
        " none.",
    )
