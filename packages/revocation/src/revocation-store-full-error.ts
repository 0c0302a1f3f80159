/**
 * A store that holds as many live entries as it may was given a new one. The new entry is **not**
 * stored and no live one was dropped for it (decision rules, "Revocation store"): whoever marked it
 * has to act, by trying again later or by stopping what the entry was to stop.
 */
export class RevocationStoreFullError extends Error {
  override readonly name: string = "RevocationStoreFullError";
}
