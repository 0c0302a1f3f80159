import {
  InMemoryRevocationStore,
  type RevocationQuery,
  type RevocationState,
} from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";

type Check = (store: InMemoryRevocationStore, query: RevocationQuery) => RevocationState;

/** Right about single questions, wrong about all at once. */
class Misjudges extends InMemoryRevocationStore {
  readonly #check: Check;
  constructor(check: Check) {
    super();
    this.#check = check;
  }
  override check(query: RevocationQuery): RevocationState {
    return this.#check(this, query);
  }
}

class ChecksAnOldState extends InMemoryRevocationStore {
  readonly #seen = new Set<string>();
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    this.#seen.add(anchor);
  }
  override check(query: RevocationQuery): RevocationState {
    const revoked = query.anchors.some((anchor) => this.#seen.has(anchor));
    return { ...super.check(query), revoked };
  }
}

function askSingly(store: InMemoryRevocationStore, query: RevocationQuery): RevocationState {
  const { anchors, zoneId } = query;
  return {
    revoked: anchors.some((anchor) => store.isRevoked(anchor)),
    delegationEpoch: zoneId === undefined ? 0 : store.currentDelegationEpoch(zoneId),
  };
}

const EMPTY = "the batch check of an empty store finds nothing";
const ANY = "the batch check finds any one of several anchors";
const EPOCH = "the batch check gives the epoch of the zone asked for, whatever the anchors";

const misjudged: readonly (readonly [string, Check, Readonly<Record<string, string>>])[] = [
  [
    "asks for all anchors to be revoked, and not for any",
    (store, query) => ({
      ...askSingly(store, query),
      revoked: query.anchors.every((anchor) => store.isRevoked(anchor)),
    }),
    { [EMPTY]: 'check({"anchors":[]}): revoked: expected false, got true.' },
  ],
  [
    "takes the epoch for an anchor's answer",
    (store, { anchors, zoneId }) => {
      const epochs = zoneId === undefined ? [] : [store.currentDelegationEpoch(zoneId)];
      const answers = [...epochs, ...anchors.map((anchor) => store.isRevoked(anchor))];
      return { revoked: answers.some((it) => it !== false), delegationEpoch: epochs[0] ?? 0 };
    },
    { [EMPTY]: 'check({"anchors":[],"zoneId":"zone"}): revoked: expected false, got true.' },
  ],
  [
    "takes any answer for a yes",
    (store, query) => ({ ...askSingly(store, query), revoked: query.anchors.length > 0 }),
    {
      [EMPTY]:
        'check({"anchors":["session","edge"],"zoneId":"zone"}): revoked: expected false, got true.',
    },
  ],
  [
    "checks the first anchor only",
    (store, { anchors, ...query }) => askSingly(store, { anchors: anchors.slice(0, 1), ...query }),
    { [ANY]: 'check({"anchors":["a","revoked","b","c"]}): revoked: expected true, got false.' },
  ],
  [
    "checks three anchors and not the fourth",
    (store, { anchors, ...query }) => askSingly(store, { anchors: anchors.slice(0, 3), ...query }),
    { [ANY]: 'check({"anchors":["a","b","c","revoked"]}): revoked: expected true, got false.' },
  ],
  [
    "finds what every object has",
    (store, query) => {
      const { revoked, delegationEpoch } = askSingly(store, query);
      return { revoked: revoked || query.anchors.some((name) => name in {}), delegationEpoch };
    },
    {
      [ANY]:
        'check({"anchors":["__proto__","constructor","*"]}): revoked: expected false, got true.',
    },
  ],
  [
    "checks no epoch",
    (store, { anchors }) => askSingly(store, { anchors }),
    {
      [EPOCH]: 'check({"anchors":[],"zoneId":"zone"}): delegationEpoch: expected 10, got 0.',
    },
  ],
  [
    "looks for the epoch where the first anchor's answer is",
    (store, query) => {
      const { revoked, delegationEpoch } = askSingly(store, query);
      const answers = query.anchors.map((anchor) => Number(store.isRevoked(anchor)));
      return { revoked, delegationEpoch: [...answers, delegationEpoch][0] ?? 0 };
    },
    {
      [EPOCH]:
        'check({"anchors":["session"],"zoneId":"zone"}): delegationEpoch: expected 10, got 0.',
    },
  ],
  [
    "gives some zone's epoch where none is asked for",
    (store, { anchors, zoneId = "zone" }) => askSingly(store, { anchors, zoneId }),
    { [EPOCH]: 'check({"anchors":["session"]}): delegationEpoch: expected 0, got 10.' },
  ],
  [
    "takes a zone for an anchor",
    (store, query) => {
      const { revoked, delegationEpoch } = askSingly(store, query);
      const zones = query.anchors.map((name) => store.currentDelegationEpoch(name));
      return { revoked: revoked || zones.some((epoch) => epoch > 0), delegationEpoch };
    },
    { [EPOCH]: 'check({"anchors":["zone"]}): revoked: expected false, got true.' },
  ],
];

export const storesWithBrokenChecks: readonly BrokenStore[] = [
  ...misjudged.map(([fault, check, told]) => ({ fault, create: () => new Misjudges(check), told })),
  {
    fault: "checks an old state",
    create: () => new ChecksAnOldState(),
    told: {
      "the batch check agrees with the single questions":
        'check({"anchors":["short"],"zoneId":"zone"}): revoked: expected false, got true.',
    },
  },
];
