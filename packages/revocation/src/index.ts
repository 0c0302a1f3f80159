export { type AnchorEntry, AnchorTable } from "./anchor-table.js";
export type { AnchorTableOptions } from "./anchor-table-options.js";
export { checkEach } from "./check-each.js";
export type { InMemoryRevocationStoreOptions } from "./in-memory-options.js";
export { InMemoryRevocationStore } from "./in-memory-revocation-store.js";
export { requireEpoch, requireName, requireTtl } from "./mark-arguments.js";
export type { MaybePromise } from "./maybe-promise.js";
export type {
  RevocationEvent,
  RevocationQuery,
  RevocationState,
  RevocationStore,
} from "./revocation-store.js";
export { RevocationStoreError } from "./revocation-store-error.js";
export { RevocationStoreFullError } from "./revocation-store-full-error.js";
export { TextTable } from "./text-table.js";
