import type { KeyCache, KeyQuery } from "@caracalai/identity";
import type { TestKey } from "./test-key.js";

/** A key cache that holds these keys, answers at once, and notes what it was asked. */
export function keysOf(...keys: readonly TestKey[]): KeyCache & { readonly queries: KeyQuery[] } {
  const queries: KeyQuery[] = [];
  return {
    queries,
    find: (query) => {
      queries.push(query);
      return keys.find(({ kid }) => kid === query.kid)?.publicKey ?? "unknown";
    },
    warmup: async () => true,
  };
}
