import { eventually, expectFailure, expectSame } from "./assertions.js";
import { BAD_TTLS } from "./bad-arguments.js";
import { LONG_TTL_MS, pastShortTtl, type Scenario } from "./scenario.js";

export const ttlScenarios: readonly Scenario[] = [
  {
    name: "an entry marked without a TTL outlives a short one",
    async play(store, pace) {
      await store.markRevoked("session");
      await pastShortTtl(pace);
      expectSame(await store.isRevoked("session"), true, "isRevoked, marked without a TTL");
    },
  },
  {
    name: "an entry ends with its TTL and not before",
    async play(store, { shortTtlMs, deadlineMs }) {
      const start = performance.now();
      await store.markRevoked("session", shortTtlMs);
      const ended = async (): Promise<boolean> => !(await store.isRevoked("session"));
      await eventually(ended, deadlineMs, "the end of an entry with a short TTL");
      // Another machine's clock may tick in whole milliseconds: hence the tenth.
      const early = performance.now() - start < 0.9 * shortTtlMs;
      expectSame(early, false, "whether the entry ended early");
    },
  },
  {
    name: "an anchor whose entry has ended can be revoked again",
    async play(store, pace) {
      await store.markRevoked("session", pace.shortTtlMs);
      await pastShortTtl(pace);
      await store.markRevoked("session");
      expectSame(await store.isRevoked("session"), true, "isRevoked of an anchor marked again");
    },
  },
  {
    name: "a shorter TTL never ends an entry earlier",
    async play(store, pace) {
      await store.markRevoked("explicit", LONG_TTL_MS);
      await store.markRevoked("explicit", pace.shortTtlMs);
      await store.markRevoked("default");
      await store.markRevoked("default", pace.shortTtlMs);
      await pastShortTtl(pace);
      expectSame(await store.isRevoked("explicit"), true, "isRevoked, long then short TTL");
      expectSame(await store.isRevoked("default"), true, "isRevoked, default then short TTL");
    },
  },
  {
    name: "a longer TTL extends an entry",
    async play(store, pace) {
      await store.markRevoked("explicit", pace.shortTtlMs);
      await store.markRevoked("explicit", LONG_TTL_MS);
      await store.markRevoked("default", pace.shortTtlMs);
      await store.markRevoked("default");
      await pastShortTtl(pace);
      expectSame(await store.isRevoked("explicit"), true, "isRevoked, short then long TTL");
      expectSame(await store.isRevoked("default"), true, "isRevoked, short then default TTL");
    },
  },
  {
    name: "a TTL with a fraction is taken",
    async play(store) {
      await store.markRevoked("session", LONG_TTL_MS + 0.5);
      expectSame(await store.isRevoked("session"), true, "isRevoked, TTL with a fraction");
    },
  },
  {
    name: "a TTL that is none is refused with a RangeError and changes nothing",
    async play(store) {
      await store.markRevoked("marked");
      for (const ttl of BAD_TTLS) {
        const what = `markRevoked with the TTL ${String(ttl)} (${typeof ttl})`;
        for (const anchor of ["marked", "unmarked"]) {
          await expectFailure(() => store.markRevoked(anchor, ttl as number), "RangeError", what);
        }
        expectSame(await store.isRevoked("marked"), true, `a marked anchor after ${what}`);
        expectSame(await store.isRevoked("unmarked"), false, `an unmarked anchor after ${what}`);
      }
    },
  },
];
