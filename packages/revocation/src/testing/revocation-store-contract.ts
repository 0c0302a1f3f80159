import { requireKnownOptions, requirePositive, requirePositiveInteger } from "../known-options.js";
import type { MaybePromise } from "../maybe-promise.js";
import type { RevocationStore } from "../revocation-store.js";
import { anchorScenarios } from "./anchor-scenarios.js";
import { expectSame } from "./assertions.js";
import { checkScenarios } from "./check-scenarios.js";
import { epochScenarios } from "./epoch-scenarios.js";
import { loadScenarios } from "./load-scenarios.js";
import type { Pace, Scenario } from "./scenario.js";
import { subscriptionScenarios } from "./subscription-scenarios.js";
import { ttlScenarios } from "./ttl-scenarios.js";

/** How the contract suite gets its stores, and how long it waits. */
export interface RevocationStoreContractOptions<Store extends RevocationStore = RevocationStore> {
  /** Creates the empty store that one case is run on: over a shared server, under a prefix of its own. */
  readonly create: () => MaybePromise<Store>;
  /** Called with the store after its case, whether that passed or failed. */
  readonly destroy?: ((store: Store) => MaybePromise<void>) | undefined;
  /**
   * Which optional methods the store has. Said here, so that a method which went missing is a case
   * that fails and not one that is skipped.
   */
  readonly offers: { readonly check: boolean; readonly subscribe: boolean };
  /**
   * The TTL of entries whose end is waited for, in milliseconds; 200 by default. Several times as
   * long as one call of the store takes.
   */
  readonly shortTtlMs?: number | undefined;
  /** How long an end or an event may take to be seen, in milliseconds; 5,000 by default. */
  readonly deadlineMs?: number | undefined;
  /** How many anchors the case with many of them marks; 10,000 by default. */
  readonly manyAnchors?: number | undefined;
}

const OPTION_NAMES = ["create", "destroy", "offers", "shortTtlMs", "deadlineMs", "manyAnchors"];

/** One case of the contract suite, for any test runner. */
export interface ContractCase {
  /** What has to hold. No two cases have the same name. */
  readonly name: string;
  /** Rejects with an Error that says what was expected, and what came instead. */
  readonly run: () => Promise<void>;
}

/**
 * What every revocation store has to get right (decision rules, "Revocation store"), as cases for any
 * test runner. Cases are independent: they may run in any order, and at the same time. What a store
 * object has marked, it has to see at once; only subscribers may hear of it later.
 *
 * @throws TypeError where an option is unknown or out of its range.
 */
export function revocationStoreContract<Store extends RevocationStore>(
  options: RevocationStoreContractOptions<Store>,
): readonly ContractCase[] {
  requireKnownOptions(options, OPTION_NAMES);
  const { create, destroy, offers } = options;
  const pace = capturePace(options);
  const scenarios: readonly Scenario[] = [
    offersScenario(offers),
    ...anchorScenarios,
    ...ttlScenarios,
    ...epochScenarios,
    ...loadScenarios,
    ...(offers.check ? checkScenarios : []),
    ...(offers.subscribe ? subscriptionScenarios : []),
  ];
  return scenarios.map(({ name, play }) => ({
    name,
    run: async () => {
      const store = await create();
      try {
        await play(store, pace);
      } finally {
        await destroy?.(store);
      }
    },
  }));
}

function capturePace<Store extends RevocationStore>({
  shortTtlMs = 200,
  deadlineMs = 5_000,
  manyAnchors = 10_000,
}: RevocationStoreContractOptions<Store>): Pace {
  requirePositive("shortTtlMs", shortTtlMs, "milliseconds");
  requirePositive("deadlineMs", deadlineMs, "milliseconds");
  requirePositiveInteger("manyAnchors", manyAnchors, "anchors", Number.MAX_SAFE_INTEGER);
  return { shortTtlMs, deadlineMs, manyAnchors };
}

function offersScenario(offers: RevocationStoreContractOptions["offers"]): Scenario {
  return {
    name: "the store has the optional methods it is said to offer, and no other",
    async play(store) {
      for (const method of ["check", "subscribe"] as const) {
        const has = typeof store[method] === "function";
        expectSame(has, offers[method], `whether the store has ${method}`);
      }
    },
  };
}
