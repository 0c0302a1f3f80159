/** The streams and their groups, as producers and other consumers know them (wire format). */
export const REVOCATION_STREAM = "caracal.sessions.revoke";
export const REVOCATION_GROUP = "resource-revocation";
export const DELEGATION_STREAM = "caracal.delegations.invalidate";
export const DELEGATION_GROUP = "resource-delegation-invalidation";
