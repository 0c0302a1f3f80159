import { expectFailure, expectSame } from "./assertions.js";
import { BAD_NAMES } from "./bad-arguments.js";
import type { Scenario } from "./scenario.js";

const LETTERS = "x".repeat(999);

/** Names that a careless store takes for something else, or for one another. */
const LOOKALIKES: readonly string[] = [
  "*",
  "?",
  "[a-z]*",
  "session",
  "Session",
  " session",
  "session ",
  "session\n",
  "session\nsession",
  "session\u0000",
  "session:",
  "session:*",
  "caf\u00e9",
  "cafe\u0301",
  "\u{1f511}",
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "delegation-epoch:zone",
  "caracal:revoked:sessions:session",
  "0",
  "-0",
  "1e0",
  "1",
  "true",
  "false",
  "null",
  "undefined",
  "NaN",
  `${LETTERS}1`,
  `${LETTERS}2`,
];

export const anchorScenarios: readonly Scenario[] = [
  {
    name: "an anchor that was never marked is not revoked",
    async play(store) {
      expectSame(await store.isRevoked("session"), false, "isRevoked of an unknown anchor");
    },
  },
  {
    name: "an anchor that was marked is revoked, and no other is",
    async play(store) {
      await store.markRevoked("session");
      expectSame(await store.isRevoked("session"), true, "isRevoked of a marked anchor");
      expectSame(await store.isRevoked("another"), false, "isRevoked of another anchor");
    },
  },
  {
    name: "an anchor that is marked twice stays revoked",
    async play(store) {
      await store.markRevoked("session");
      await store.markRevoked("session");
      expectSame(await store.isRevoked("session"), true, "isRevoked of an anchor marked twice");
    },
  },
  {
    name: "anchors that look like something else are themselves and nothing else",
    async play(store) {
      for (const anchor of LOOKALIKES) {
        const shown = JSON.stringify(anchor).slice(0, 40);
        expectSame(await store.isRevoked(anchor), false, `isRevoked of ${shown}, not yet marked`);
        await store.markRevoked(anchor);
        expectSame(await store.isRevoked(anchor), true, `isRevoked of ${shown}, marked`);
      }
    },
  },
  {
    name: "what is no anchor is refused with a TypeError",
    async play(store) {
      for (const value of BAD_NAMES) {
        const what = `markRevoked(${JSON.stringify(value)})`;
        await expectFailure(() => store.markRevoked(value as string), "TypeError", what);
      }
    },
  },
];
