import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";
import { LastMarkWins } from "./last-mark-wins.js";

const isTtl = (ttlMs: number): boolean => ttlMs > 0 && Number.isFinite(ttlMs);

class NeverEnds extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    super.markRevoked(anchor);
  }
}

class EndsEarly extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    super.markRevoked(anchor, ttlMs / 1_000);
  }
}

class FirstMarkWins extends LastMarkWins {
  override markRevoked(anchor: string, ttlMs?: number): void {
    if (!this.anchors.has(anchor)) super.markRevoked(anchor, ttlMs);
  }
}

/** Keeps what is marked without a TTL without an end, until a TTL comes. */
class ShortensDefaults extends InMemoryRevocationStore {
  readonly #endless = new Set<string>();
  override isRevoked(anchor: string): boolean {
    return this.#endless.has(anchor) || super.isRevoked(anchor);
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs ?? 1);
    if (ttlMs === undefined) this.#endless.add(anchor);
    else this.#endless.delete(anchor);
  }
}

class ExtendsByNoDefault extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs?: number): void {
    if (ttlMs !== undefined || !this.isRevoked(anchor)) super.markRevoked(anchor, ttlMs);
  }
}

class IgnoresBadTtls extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    if (isTtl(ttlMs)) super.markRevoked(anchor, ttlMs);
  }
}

class ThrowsNoError extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs?: number): void {
    try {
      super.markRevoked(anchor, ttlMs);
    } catch {
      throw "refused";
    }
  }
}

class EndsEntriesByBadTtls extends LastMarkWins {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    super.markRevoked(anchor, ttlMs);
    if (!isTtl(ttlMs)) throw new RangeError("Not a TTL.");
  }
}

class StoresBeforeItJudges extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor);
    super.markRevoked(anchor, ttlMs);
  }
}

class RefusesFractions extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    if (isTtl(ttlMs) && !Number.isInteger(ttlMs)) throw new RangeError("Not an integer.");
    super.markRevoked(anchor, ttlMs);
  }
}

class IgnoresFractions extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    if (!isTtl(ttlMs) || Number.isInteger(ttlMs)) super.markRevoked(anchor, ttlMs);
  }
}

const ENDS = "an entry ends with its TTL and not before";
const BAD_TTLS = "a TTL that is none is refused with a RangeError and changes nothing";

export const storesWithBrokenTtls: readonly BrokenStore[] = [
  {
    fault: "never ends an entry",
    create: () => new NeverEnds(),
    told: { [ENDS]: "the end of an entry with a short TTL: not so within 200 ms." },
  },
  {
    fault: "ends entries early",
    create: () => new EndsEarly(),
    told: { [ENDS]: "whether the entry ended early: expected false, got true." },
  },
  {
    fault: "soon forgets what is marked without a TTL",
    create: () => new InMemoryRevocationStore({ defaultTtlMs: 1 }),
    told: {
      "an entry marked without a TTL outlives a short one":
        "isRevoked, marked without a TTL: expected true, got false.",
    },
  },
  {
    fault: "lets the first mark win",
    create: () => new FirstMarkWins(),
    told: {
      "an anchor whose entry has ended can be revoked again":
        "isRevoked of an anchor marked again: expected true, got false.",
      "a longer TTL extends an entry": "isRevoked, short then long TTL: expected true, got false.",
    },
  },
  {
    fault: "shortens an entry that was marked without a TTL",
    create: () => new ShortensDefaults(),
    told: {
      "a shorter TTL never ends an entry earlier":
        "isRevoked, default then short TTL: expected true, got false.",
    },
  },
  {
    fault: "extends no entry by its default",
    create: () => new ExtendsByNoDefault(),
    told: {
      "a longer TTL extends an entry":
        "isRevoked, short then default TTL: expected true, got false.",
    },
  },
  {
    fault: "ignores bad TTLs silently",
    create: () => new IgnoresBadTtls(),
    told: {
      [BAD_TTLS]:
        'markRevoked with the TTL 0 (number): the error: expected "RangeError", got undefined.',
    },
  },
  {
    fault: "throws what is no error",
    create: () => new ThrowsNoError(),
    told: {
      [BAD_TTLS]:
        'markRevoked with the TTL 0 (number): the error: expected "RangeError", got undefined.',
    },
  },
  {
    fault: "ends an entry by a TTL that it refuses",
    create: () => new EndsEntriesByBadTtls(),
    told: {
      [BAD_TTLS]:
        "a marked anchor after markRevoked with the TTL 0 (number): expected true, got false.",
    },
  },
  {
    fault: "stores an anchor before it refuses the TTL",
    create: () => new StoresBeforeItJudges(),
    told: {
      [BAD_TTLS]:
        "an unmarked anchor after markRevoked with the TTL 0 (number): expected false, got true.",
    },
  },
  {
    fault: "refuses fractions of a millisecond",
    create: () => new RefusesFractions(),
    told: { "a TTL with a fraction is taken": "Not an integer." },
  },
  {
    fault: "ignores fractions of a millisecond",
    create: () => new IgnoresFractions(),
    told: {
      "a TTL with a fraction is taken": "isRevoked, TTL with a fraction: expected true, got false.",
    },
  },
];
