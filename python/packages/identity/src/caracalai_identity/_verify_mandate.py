"""Steps 2 to 5: shape, key, signature and claims."""

import asyncio
import inspect
from collections.abc import Callable
from typing import cast

from ._es256 import VerifyingKey, is_genuine
from ._json_object import parse_json_object
from ._judge_claims import ClaimsPolicy, judge_claims
from ._jws import ParsedJws, parse_jws
from ._key_cache import KeyCache, KeyQuery
from ._mandate import Mandate
from ._mandate_error import MandateError
from ._maybe_awaitable import MaybeAwaitable
from ._refusals import refuse_token, unavailable
from ._settle_within import settle_within
from ._zone_keys import KeyLookup

_KEY_DEADLINE_MS = 30_000
"""Far beyond what a key cache of ours takes: two fetches of 5 seconds."""


async def verify_mandate(
    token: str, policy: ClaimsPolicy, keys: KeyCache, now: Callable[[], float]
) -> Mandate | MandateError:
    """Steps 2 to 5: shape, key, signature and claims of a token, in this order.

    Nothing is waited for where the key is in the cache.

    Args:
        token: A compact JWS.
        policy: What its claims are held against.
        keys: Where its key is looked up.
        now: Gives seconds since the epoch; asked once the signature is verified.

    Returns:
        The mandate or why there is none.
    """
    jws = parse_jws(token)
    if isinstance(jws, MandateError):
        return jws

    key = await _find_key(jws, policy, keys)
    if isinstance(key, MandateError):
        return key
    if not is_genuine(key, jws.signing_input, jws.signature):
        return refuse_token("signature")

    payload = parse_json_object(jws.payload)
    if payload is None:
        return refuse_token("payload")
    return judge_claims(payload, policy, now())


async def _find_key(
    jws: ParsedJws, policy: ClaimsPolicy, keys: KeyCache
) -> VerifyingKey | MandateError:
    """Step 3: the key set to look into is that of a configured zone, whatever the token says."""
    zone_ids = policy.zone_ids
    named = zone_ids[0] if len(zone_ids) == 1 else _named_zone(jws.payload, zone_ids)
    # A token that names none of several zones is going to be refused; whose key signed it, if
    # anyone's, decides how. It is not worth a fetch beyond those that keep the key sets fresh.
    queries = [
        KeyQuery(
            issuer=policy.issuer,
            zone_id=zone_id,
            kid=jws.kid,
            refetch_unknown=named is not None,
        )
        for zone_id in (zone_ids if named is None else (named,))
    ]
    try:
        lookups = await _find_all(queries, keys)
    except Exception:  # only a key cache that was passed in can raise, or wait for so long
        lookups = ["unavailable"]
    return _first_found(lookups)


def _named_zone(payload: bytes, zone_ids: tuple[str, ...]) -> str | None:
    """Of several configured zones, the one that the token names: only where to look for the key.

    That it belongs there is proven by that zone's key, and judged with the claims.
    """
    members = parse_json_object(payload)
    claimed = None if members is None else members.get("zone_id")
    return next((zone_id for zone_id in zone_ids if zone_id == claimed), None)


async def _find_all(queries: list[KeyQuery], keys: KeyCache) -> list[KeyLookup]:
    lookups = [keys.find(query) for query in queries]
    if not any(map(inspect.isawaitable, lookups)):
        return cast("list[KeyLookup]", lookups)
    return await settle_within(_answers(lookups), _KEY_DEADLINE_MS)


async def _answers(lookups: list[MaybeAwaitable[KeyLookup]]) -> list[KeyLookup]:
    return await asyncio.gather(*map(_answer, lookups))


async def _answer(lookup: MaybeAwaitable[KeyLookup]) -> KeyLookup:
    return await lookup if inspect.isawaitable(lookup) else lookup


def _first_found(lookups: list[KeyLookup]) -> VerifyingKey | MandateError:
    key = next((found for found in lookups if isinstance(found, VerifyingKey)), None)
    if key is not None:
        return key
    is_known_missing = all(found == "unknown" for found in lookups)
    return refuse_token("key") if is_known_missing else unavailable("jwks_unavailable")
