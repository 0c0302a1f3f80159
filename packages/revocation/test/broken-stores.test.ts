import type { RevocationStore } from "@caracalai/revocation";
import { revocationStoreContract } from "@caracalai/revocation/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  AnswersText,
  AnswersUndefined,
  Bare,
  ChecksAnOldState,
  ChecksNoEpoch,
  ChecksTheFirstAnchorOnly,
  ComparesEpochsAsText,
  CutsAnchors,
  DropsTheOldest,
  EndsEarly,
  FailsClosed,
  FailsOpen,
  FoldsCase,
  IgnoresBadEpochs,
  IgnoresBadTtls,
  LastMarkWins,
  LosesConcurrentMarks,
  NeverEnds,
  OneEpochForAll,
  SharesKeys,
  TellsBeforeItKnows,
  TellsNothing,
  TellsOfExtensions,
  ThrowsTheWrongError,
  WholeMillisecondsOnly,
} from "./broken-stores.js";

const cases: readonly [string, () => RevocationStore, readonly string[]][] = [
  ["fails open", () => new FailsOpen(), ["an anchor that was marked is revoked, and no other is"]],
  ["fails closed", () => new FailsClosed(), ["an anchor that was never marked is not revoked"]],
  [
    "answers undefined for false",
    () => new AnswersUndefined(),
    ["an anchor that was never marked is not revoked"],
  ],
  [
    "answers with text for true",
    () => new AnswersText(),
    ["an anchor that was marked is revoked, and no other is"],
  ],
  [
    "folds letter case",
    () => new FoldsCase(),
    ["anchors that look like something else are themselves and nothing else"],
  ],
  [
    "cuts long anchors",
    () => new CutsAnchors(),
    ["anchors that look like something else are themselves and nothing else"],
  ],
  [
    "drops live entries",
    () => new DropsTheOldest(),
    ["many anchors are all revoked, and no others"],
  ],
  [
    "lets the last mark win",
    () => new LastMarkWins(),
    [
      "a shorter TTL never ends an entry earlier",
      "a TTL that is none is refused with a RangeError and changes nothing",
      "a zone's epoch grows and never decreases",
      "no mark ends an epoch earlier",
      "concurrent marks of one anchor leave the longest lifetime",
      "what is no anchor is refused with a TypeError",
      "what is no zone, no epoch or no TTL is refused and changes nothing",
    ],
  ],
  ["never ends an entry", () => new NeverEnds(), ["an entry ends with its TTL and not before"]],
  ["ends entries early", () => new EndsEarly(), ["an entry ends with its TTL and not before"]],
  [
    "ignores bad TTLs silently",
    () => new IgnoresBadTtls(),
    ["a TTL that is none is refused with a RangeError and changes nothing"],
  ],
  [
    "throws what is no error",
    () => new ThrowsTheWrongError(),
    ["a TTL that is none is refused with a RangeError and changes nothing"],
  ],
  ["refuses fractions", () => new WholeMillisecondsOnly(), ["a TTL with a fraction is taken"]],
  [
    "compares epochs as text",
    () => new ComparesEpochsAsText(),
    ["a zone's epoch grows and never decreases"],
  ],
  [
    "has one epoch for all zones",
    () => new OneEpochForAll(),
    ["zones are kept apart, from each other and from anchors"],
  ],
  [
    "ignores bad epochs silently",
    () => new IgnoresBadEpochs(),
    ["what is no zone, no epoch or no TTL is refused and changes nothing"],
  ],
  [
    "overwrites an epoch with an anchor",
    () => new SharesKeys(),
    ["an anchor that is named like an epoch's entry does not lower the epoch"],
  ],
  [
    "loses concurrent marks",
    () => new LosesConcurrentMarks(),
    ["concurrent marks of one zone leave the highest epoch"],
  ],
  [
    "checks the first anchor only",
    () => new ChecksTheFirstAnchorOnly(),
    ["the batch check finds any one of several anchors"],
  ],
  [
    "checks no epoch",
    () => new ChecksNoEpoch(),
    ["the batch check gives the epoch of the zone asked for, whatever the anchors"],
  ],
  [
    "checks an old state",
    () => new ChecksAnOldState(),
    ["the batch check agrees with the single questions"],
  ],
  [
    "tells of extensions, ends no subscription and passes errors of listeners on",
    () => new TellsOfExtensions(),
    [
      "a subscriber hears of each new revocation once, and of no extension",
      "a subscription that was ended stays silent, and ending it twice ends no other",
      "a function that is subscribed twice is called twice, and once after one end",
      "a listener that throws stops neither the mark nor the other listeners",
    ],
  ],
  [
    "tells of a revocation before it knows of it",
    () => new TellsBeforeItKnows(),
    ["the store knows of a revocation before the subscriber does"],
  ],
  [
    "tells nothing",
    () => new TellsNothing(),
    [
      "a subscriber hears of each new revocation once, and of no extension",
      "a subscriber hears of each epoch that grew, and of no other",
    ],
  ],
  [
    "lacks what it is said to offer",
    () => new Bare(),
    [
      "the store has the optional methods it is said to offer, and no other",
      "the batch check of an empty store finds nothing",
      "a subscriber hears of each new revocation once, and of no extension",
    ],
  ],
];

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the contract suite tells a store that", () => {
  test.concurrent.each(cases)("%s", async (_, create, expected) => {
    const failed = await failures(create);
    expect(failed).toEqual(expect.arrayContaining([...expected]));
  });
});

async function failures(create: () => RevocationStore): Promise<string[]> {
  const contract = revocationStoreContract({
    create,
    offers: { check: true, subscribe: true },
    shortTtlMs: 100,
    deadlineMs: 400,
    manyAnchors: 1_000,
  });
  const outcomes = await Promise.allSettled(contract.map(({ run }) => run()));
  return contract.flatMap(({ name }, i) => (outcomes[i]?.status === "rejected" ? [name] : []));
}
