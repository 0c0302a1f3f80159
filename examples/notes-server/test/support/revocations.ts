import { InMemoryRevocationStore } from "@caracalai/revocation";

/** Where an STS marks what is revoked. */
interface Sink {
  markRevoked(anchor: string): unknown;
  markDelegationEpoch(zone: string, epoch: number): unknown;
}

/** What an STS of a test revokes, known to every server that was given it, wherever that runs. */
export class Revocations {
  /** For servers in the test's own process. */
  readonly store: InMemoryRevocationStore = new InMemoryRevocationStore();
  readonly #sinks: Sink[] = [this.store];

  /** Has a server in another process told from now on. */
  tell(server: Sink): void {
    this.#sinks.push(server);
  }

  /** Resolves when every server knows. */
  async markRevoked(anchor: string): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.markRevoked(anchor)));
  }

  /** Resolves when every server knows. */
  async markDelegationEpoch(zone: string, epoch: number): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.markDelegationEpoch(zone, epoch)));
  }
}
