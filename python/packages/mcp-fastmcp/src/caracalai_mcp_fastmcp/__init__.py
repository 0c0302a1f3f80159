"""Lets a FastMCP server run its tools, resources and prompts only for a valid Caracal mandate."""

from caracalai_transport_mcp import (
    ConfigurationError,
    Decision,
    DecisionItem,
    Mandate,
    Principal,
    create_key_cache,
    extract_bearer,
)

from ._caracal_auth import CaracalAuth, CaracalAuthOptions, GuardOptions
from ._caracal_auth_error import CaracalAuthError
from ._caracal_context import CaracalContext
from ._current_principal import current_principal
from ._guard import Guard
from ._requirement import Needs, RequirementCheck
from ._token_verifier import CaracalTokenVerifier

__all__ = [
    "CaracalAuth",
    "CaracalAuthError",
    "CaracalAuthOptions",
    "CaracalContext",
    "CaracalTokenVerifier",
    "ConfigurationError",
    "Decision",
    "DecisionItem",
    "Guard",
    "GuardOptions",
    "Mandate",
    "Needs",
    "Principal",
    "RequirementCheck",
    "create_key_cache",
    "current_principal",
    "extract_bearer",
]
