import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";

/** Takes its time, as a store over a network does. Two kinds of marks and two questions: no more is needed. */
export class OwnStore implements RevocationStore {
  readonly #remote = new InMemoryRevocationStore();

  async isRevoked(anchor: string): Promise<boolean> {
    return this.#remote.isRevoked(anchor);
  }

  async markRevoked(anchor: string, ttlMs?: number): Promise<void> {
    this.#remote.markRevoked(anchor, ttlMs);
  }

  async currentDelegationEpoch(zoneId: string): Promise<number> {
    return this.#remote.currentDelegationEpoch(zoneId);
  }

  async markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): Promise<void> {
    this.#remote.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
}
