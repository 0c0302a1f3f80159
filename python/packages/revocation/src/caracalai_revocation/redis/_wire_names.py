"""The streams and their groups, as producers and other consumers know them (wire format)."""

REVOCATION_STREAM = "caracal.sessions.revoke"
REVOCATION_GROUP = "resource-revocation"
DELEGATION_STREAM = "caracal.delegations.invalidate"
DELEGATION_GROUP = "resource-delegation-invalidation"
