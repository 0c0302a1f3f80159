import type { KeyCache, KeyLookup, KeyQuery } from "@caracalai/identity";

/** A look-up in one word. */
export function wordOf(lookup: KeyLookup): string {
  return typeof lookup === "string" ? lookup : "found";
}

export async function find(cache: KeyCache, query: KeyQuery): Promise<string> {
  return wordOf(await cache.find(query));
}

/** The different outcomes of many look-ups at the same time. */
export async function findAtOnce(
  cache: KeyCache,
  count: number,
  queryOf: (index: number) => KeyQuery,
): Promise<readonly string[]> {
  const all = await Promise.all(Array.from({ length: count }, (_, at) => find(cache, queryOf(at))));
  return [...new Set(all)];
}
