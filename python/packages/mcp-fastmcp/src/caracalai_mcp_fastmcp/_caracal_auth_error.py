"""The error of this connector."""

from caracalai_transport_mcp import MandateError


class CaracalAuthError(MandateError):
    """Raised where a mandate does not let its caller in.

    Has `code`, `check`, `description` and `hint`, and nothing that the caller sent.
    """


def to_auth_error(error: MandateError) -> CaracalAuthError:
    """The same refusal, as an error of this connector."""
    return CaracalAuthError(
        error.code, error.check, error.description, error.hint, error.required_scopes
    )
