/**
 * A store gave an answer that is none: the state is unknown, and the mandate has to be refused as
 * `verification_unavailable` (decision rules, "Revocation store"). The message names the type of the
 * answer, never the answer or the anchor.
 */
export class RevocationStoreError extends Error {
  override readonly name: string = "RevocationStoreError";
}
