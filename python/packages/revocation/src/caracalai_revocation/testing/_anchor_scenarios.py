"""Anchors."""

from typing import cast

from .._revocation_store import RevocationStore
from ._assertions import expect_failure, expect_same, settled
from ._bad_arguments import BAD_NAMES
from ._scenario import Pace, Scenario

_LETTERS = "x" * 999

# Names that a careless store takes for something else, or for one another.
_LOOKALIKES = (
    "*",
    "?",
    "[a-z]*",
    "session",
    "Session",
    " session",
    "session ",
    "session\n",
    "session\nsession",
    "session\x00",
    "session:",
    "session:*",
    "caf\u00e9",
    "cafe\u0301",
    "\U0001f511",
    "__proto__",
    "__class__",
    "__dict__",
    "constructor",
    "delegation-epoch:zone",
    "caracal:revoked:sessions:session",
    "0",
    "-0",
    "1e0",
    "1",
    "True",
    "true",
    "false",
    "null",
    "None",
    "nan",
    f"{_LETTERS}1",
    f"{_LETTERS}2",
)


async def _unknown(store: RevocationStore, _: Pace) -> None:
    expect_same(await settled(store.is_revoked("session")), False, "is_revoked of an unknown one")


async def _marked(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_revoked("session"))
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked of a marked anchor")
    expect_same(await settled(store.is_revoked("another")), False, "is_revoked of another anchor")


async def _twice(store: RevocationStore, _: Pace) -> None:
    await settled(store.mark_revoked("session"))
    await settled(store.mark_revoked("session"))
    expect_same(await settled(store.is_revoked("session")), True, "is_revoked of one marked twice")


async def _lookalikes(store: RevocationStore, _: Pace) -> None:
    for anchor in _LOOKALIKES:
        shown = repr(anchor)[:40]
        before = await settled(store.is_revoked(anchor))
        expect_same(before, False, f"is_revoked of {shown}, not yet marked")
        await settled(store.mark_revoked(anchor))
        after = await settled(store.is_revoked(anchor))
        expect_same(after, True, f"is_revoked of {shown}, marked")


async def _bad_names(store: RevocationStore, _: Pace) -> None:
    for value in BAD_NAMES:
        await expect_failure(
            # No type is inferred for a lambda with a default, which a loop asks for.
            lambda value=value: store.mark_revoked(cast("str", value)),  # type: ignore[misc]
            TypeError,
            f"mark_revoked({value!r})",
        )


ANCHOR_SCENARIOS = (
    Scenario("an anchor that was never marked is not revoked", _unknown),
    Scenario("an anchor that was marked is revoked, and no other is", _marked),
    Scenario("an anchor that is marked twice stays revoked", _twice),
    Scenario("anchors that look like something else are themselves and nothing else", _lookalikes),
    Scenario("what is no anchor is refused with a TypeError", _bad_names),
)
