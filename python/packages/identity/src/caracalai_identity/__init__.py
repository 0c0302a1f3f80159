"""Judges a Caracal mandate: its shape, key, signature and claims, and its authority."""

from ._code import Check, Code
from ._configuration_error import ConfigurationError
from ._es256 import VerifyingKey
from ._json_object import is_well_formed
from ._judge_authority import AuthorityPolicy, judge_authority
from ._judge_claims import ClaimsPolicy, judge_claims
from ._jws import MAX_TOKEN_LENGTH
from ._key_cache import (
    KeyCache,
    KeyCacheOptions,
    KeyQuery,
    KeySetWarning,
    create_key_cache,
    shared_key_cache,
)
from ._mandate import (
    DelegationChainEntry,
    Mandate,
    anchors_of,
    delegation_epoch_of,
    hop_count_of,
    scopes_of,
)
from ._mandate_error import MandateError
from ._maybe_awaitable import MaybeAwaitable
from ._refusals import refuse_token, unavailable
from ._settle_within import DeadlineError, settle_within
from ._utf16 import utf16_length
from ._verify_mandate import verify_mandate
from ._zone_keys import KeyLookup

__all__ = [
    "MAX_TOKEN_LENGTH",
    "AuthorityPolicy",
    "Check",
    "ClaimsPolicy",
    "Code",
    "ConfigurationError",
    "DeadlineError",
    "DelegationChainEntry",
    "KeyCache",
    "KeyCacheOptions",
    "KeyLookup",
    "KeyQuery",
    "KeySetWarning",
    "Mandate",
    "MandateError",
    "MaybeAwaitable",
    "VerifyingKey",
    "anchors_of",
    "create_key_cache",
    "delegation_epoch_of",
    "hop_count_of",
    "is_well_formed",
    "judge_authority",
    "judge_claims",
    "refuse_token",
    "scopes_of",
    "settle_within",
    "shared_key_cache",
    "unavailable",
    "utf16_length",
    "verify_mandate",
]
