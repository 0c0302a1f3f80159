"""What look-ups in a key cache end in."""

import asyncio
import inspect

from caracalai_identity import KeyCache, KeyQuery


async def find(cache: KeyCache, query: KeyQuery) -> str:
    """`found`, `unknown` or `unavailable`."""
    found = cache.find(query)
    if inspect.isawaitable(found):
        found = await found
    return found if isinstance(found, str) else "found"


async def find_at_once(cache: KeyCache, count: int, query: KeyQuery) -> set[str]:
    """What so many look-ups at the same time end in."""
    return set(await asyncio.gather(*(find(cache, query) for _ in range(count))))
