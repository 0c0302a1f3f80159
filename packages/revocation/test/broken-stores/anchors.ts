import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";

class FailsOpen extends InMemoryRevocationStore {
  override isRevoked(): boolean {
    return false;
  }
}

class FailsClosed extends InMemoryRevocationStore {
  override isRevoked(): boolean {
    return true;
  }
}

class AnswersUndefined extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return (super.isRevoked(anchor) || undefined) as boolean;
  }
}

class AnswersText extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return (super.isRevoked(anchor) ? "1" : false) as boolean;
  }
}

class FoldsCase extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor.toLowerCase());
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor.toLowerCase(), ttlMs);
  }
}

class CutsAnchors extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor.slice(0, 255));
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor.slice(0, 255), ttlMs);
  }
}

/** An assignment to `__proto__` sets no key. */
class KeepsAnchorsInAnObject extends InMemoryRevocationStore {
  readonly #anchors: Record<string, boolean> = {};
  override isRevoked(anchor: string): boolean {
    return Object.hasOwn(this.#anchors, anchor);
  }
  override markRevoked(anchor: string): void {
    this.#anchors[anchor] = true;
  }
}

class TogglesAnchors extends InMemoryRevocationStore {
  readonly #anchors = new Set<string>();
  override isRevoked(anchor: string): boolean {
    return this.#anchors.has(anchor);
  }
  override markRevoked(anchor: string): void {
    if (!this.#anchors.delete(anchor)) this.#anchors.add(anchor);
  }
}

class DropsTheOldest extends InMemoryRevocationStore {
  readonly #kept: string[] = [];
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    this.#kept.push(anchor);
    if (this.#kept.length > 500) this.#kept.shift();
  }
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor) && this.#kept.includes(anchor);
  }
}

const LOOKALIKES = "anchors that look like something else are themselves and nothing else";

export const storesWithBrokenAnchors: readonly BrokenStore[] = [
  {
    fault: "fails open",
    create: () => new FailsOpen(),
    told: {
      "an anchor that was marked is revoked, and no other is":
        "isRevoked of a marked anchor: expected true, got false.",
    },
  },
  {
    fault: "fails closed",
    create: () => new FailsClosed(),
    told: {
      "an anchor that was never marked is not revoked":
        "isRevoked of an unknown anchor: expected false, got true.",
      "an anchor that was marked is revoked, and no other is":
        "isRevoked of another anchor: expected false, got true.",
      "many anchors are all revoked, and no others":
        "anchors not marked and yet revoked: expected 0, got 1000.",
    },
  },
  {
    fault: "answers undefined for false",
    create: () => new AnswersUndefined(),
    told: {
      "an anchor that was never marked is not revoked":
        "isRevoked of an unknown anchor: expected false, got undefined.",
    },
  },
  {
    fault: "answers with text for true",
    create: () => new AnswersText(),
    told: {
      "an anchor that was marked is revoked, and no other is":
        'isRevoked of a marked anchor: expected true, got "1".',
    },
  },
  {
    fault: "folds letter case",
    create: () => new FoldsCase(),
    told: { [LOOKALIKES]: 'isRevoked of "Session", not yet marked: expected false, got true.' },
  },
  {
    fault: "cuts long anchors",
    create: () => new CutsAnchors(),
    told: {
      [LOOKALIKES]: `isRevoked of "${"x".repeat(39)}, not yet marked: expected false, got true.`,
    },
  },
  {
    fault: "keeps anchors as keys of an object",
    create: () => new KeepsAnchorsInAnObject(),
    told: { [LOOKALIKES]: 'isRevoked of "__proto__", marked: expected true, got false.' },
  },
  {
    fault: "takes a mark back with the next",
    create: () => new TogglesAnchors(),
    told: {
      "an anchor that is marked twice stays revoked":
        "isRevoked of an anchor marked twice: expected true, got false.",
    },
  },
  {
    fault: "drops live entries",
    create: () => new DropsTheOldest(),
    told: {
      "many anchors are all revoked, and no others":
        "anchors marked and revoked: expected 1000, got 500.",
    },
  },
];
