"""Who is calling, in a handler."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fastmcp.server.dependencies import get_access_token

from caracalai_transport_mcp import MandateError, Principal

from ._caracal_auth_error import to_auth_error
from ._caracal_context import CaracalContext

_local: ContextVar[Principal | None] = ContextVar("caracal_local_principal", default=None)


def current_principal() -> Principal:
    """The caller, anywhere below a handler of a tool, resource or prompt.

    From the call's own request, whoever opened the session. Of a call over stdio or in memory, by
    the mandate that `local_mandate` of the guard gave for it.

    Raises:
        CaracalAuthError: `missing_token` outside a call that was let in by a mandate.
    """
    principal = principal_of_call() or _local.get()
    if principal is None:
        raise to_auth_error(missing_token())
    return principal


def principal_of_call() -> Principal | None:
    """The caller; None where the call did not come in over HTTP with a mandate."""
    token = get_access_token()
    return token.principal if isinstance(token, CaracalContext) else None


@contextmanager
def calling_locally(principal: Principal | None) -> Iterator[None]:
    """While it lasts, a call without a request of its own is this principal's; None: nobody's."""
    reset = _local.set(principal)
    try:
        yield
    finally:
        _local.reset(reset)


def missing_token() -> MandateError:
    """How a call is refused that carries no mandate."""
    return MandateError(
        "missing_token",
        "bearer",
        "Missing bearer token",
        "The call did not come in over HTTP with a mandate: stdio and in-memory transports carry"
        " none.",
    )
