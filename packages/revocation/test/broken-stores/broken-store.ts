import type { RevocationStore } from "@caracalai/revocation";

/**
 * A store that is wrong in one way that stores have been wrong in. The contract suite is worth having
 * only if it tells every one of them.
 */
export interface BrokenStore {
  readonly fault: string;
  readonly create: () => RevocationStore;
  /** Cases that have to fail, each with what its author then reads. */
  readonly told: Readonly<Record<string, string>>;
}
