"""From an `Authorization` header to a decision and an HTTP answer."""

from caracalai_identity import (
    AuthorityPolicy,
    Check,
    Code,
    ConfigurationError,
    DelegationChainEntry,
    KeyCache,
    KeyCacheOptions,
    Mandate,
    MandateError,
    create_key_cache,
    settle_within,
)

from ._active_authority import check_active_authority
from ._answers import ANSWERS, Answer
from ._auth_result import Accepted, AuthResult, Refused
from ._challenge import Challenge, challenge, error_body, error_text
from ._decision import Decision, DecisionHook, DecisionItem
from ._extract_bearer import AuthorizationHeader, extract_bearer
from ._mandate_verifier import MandateVerifier, authenticate, create_mandate_verifier
from ._principal import Principal
from ._protected_resource_metadata import (
    ProtectedResourceMetadata,
    ProtectedResourceOptions,
    protected_resource_metadata,
    protected_resource_metadata_url,
)
from ._requirements import CapturedRequirements, Requirements, Route, capture_requirements
from ._server_url import is_server_url
from ._verified_mandates import VerifiedMandatesOptions
from ._verifier_options import MandateVerifierOptions

__all__ = [
    "ANSWERS",
    "Accepted",
    "Answer",
    "AuthResult",
    "AuthorityPolicy",
    "AuthorizationHeader",
    "CapturedRequirements",
    "Challenge",
    "Check",
    "Code",
    "ConfigurationError",
    "Decision",
    "DecisionHook",
    "DecisionItem",
    "DelegationChainEntry",
    "KeyCache",
    "KeyCacheOptions",
    "Mandate",
    "MandateError",
    "MandateVerifier",
    "MandateVerifierOptions",
    "Principal",
    "ProtectedResourceMetadata",
    "ProtectedResourceOptions",
    "Refused",
    "Requirements",
    "Route",
    "VerifiedMandatesOptions",
    "authenticate",
    "capture_requirements",
    "challenge",
    "check_active_authority",
    "create_key_cache",
    "create_mandate_verifier",
    "error_body",
    "error_text",
    "extract_bearer",
    "is_server_url",
    "protected_resource_metadata",
    "protected_resource_metadata_url",
    "settle_within",
]
