"""What one tool, resource or prompt needs more than the server itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypedDict, cast

from fastmcp.server.auth import AuthContext

from caracalai_transport_mcp import (
    CapturedRequirements,
    ConfigurationError,
    MandateVerifier,
    Requirements,
    capture_requirements,
)

from ._caracal_context import CaracalContext


class Needs(TypedDict, total=False):
    """What a tool, resource or prompt needs on top of the server's own requirements.

    Attributes:
        scopes: Scopes, all of which have to be granted.
        targets: Resources, all of which have to be among the mandate's targets.
        agent: Only an agent's mandate.
        delegation: Only a delegated mandate.
        chain_contains: Application ids, all of which have to be in the delegation chain.
        chain_integrity: Delegation path, chain, edge and hop count have to fit together.
        max_hop_count: How often the authority may have been delegated.
    """

    scopes: Sequence[str] | None
    targets: Sequence[str] | None
    agent: bool | None
    delegation: bool | None
    chain_contains: Sequence[str] | None
    chain_integrity: bool | None
    max_hop_count: int | None


_LONG_NAMES = {
    "scopes": "required_scopes",
    "targets": "required_targets",
    "agent": "require_agent",
    "delegation": "require_delegation",
    "chain_contains": "require_chain_contains",
    "chain_integrity": "require_chain_integrity",
    "max_hop_count": "max_hop_count",
}


def read_needs(what: str, needs: object) -> CapturedRequirements:
    """Validates what something needs, where it is written.

    Raises:
        ConfigurationError: A member is unknown or malformed.
    """
    if not isinstance(needs, dict):
        raise ConfigurationError(f"{what}: has to be a dict")
    unknown = next((name for name in needs if name not in _LONG_NAMES), None)
    if unknown is not None:
        known = ", ".join(_LONG_NAMES)
        raise ConfigurationError(f"{what}: unknown requirement {unknown}; known: {known}")
    members = {_LONG_NAMES[name]: value for name, value in needs.items()}
    try:
        return capture_requirements(cast("Requirements", members))
    except ConfigurationError as error:
        text = f"{what}: {_as_written(str(error))}"
    raise ConfigurationError(text)


def _as_written(text: str) -> str:
    """What is said of a requirement, by the name that it has here: what is said begins with it."""
    for short, long in _LONG_NAMES.items():
        if text.startswith(long):
            return short + text.removeprefix(long)
    return text


class _Finding:
    """What was found so far, and whether it is still looked for.

    Contexts are copied: a task that began meanwhile would otherwise judge nobody, ever.
    """

    def __init__(self) -> None:
        self.found: list[CapturedRequirements] = []
        self.is_going_on = True


_finding: ContextVar[_Finding | None] = ContextVar("caracal_finding", default=None)


class RequirementCheck:
    """A component check of FastMCP: `@mcp.tool(auth=auth.require(scopes=["notes:read"]))`.

    It hides the component from callers whose mandate does not suffice, and refuses their calls.
    """

    def __init__(self, verifier: MandateVerifier, requirements: CapturedRequirements) -> None:
        self._verifier = verifier
        self.requirements = requirements

    def __call__(self, context: AuthContext) -> bool:
        """Whether the caller's mandate suffices; without a mandate of ours it does not."""
        finding = _finding.get()
        if finding is not None and finding.is_going_on:
            finding.found.append(self.requirements)
            return True
        token = context.token
        if not isinstance(token, CaracalContext):
            return False
        return self._verifier.permits(token.principal, self.requirements)


@contextmanager
def finding_requirements() -> Iterator[list[CapturedRequirements]]:
    """While it lasts, checks of ours judge nobody, but say what they need.

    For finding a component that is to be judged afterwards, with a reason; never for running one.
    """
    finding = _Finding()
    reset = _finding.set(finding)
    try:
        yield finding.found
    finally:
        finding.is_going_on = False
        _finding.reset(reset)
