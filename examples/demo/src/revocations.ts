import type { RevocationSink } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";

/** What an STS revokes, known to every server that is given it, wherever that runs. */
export class Revocations implements RevocationSink {
  /** For servers in this process. */
  readonly store: InMemoryRevocationStore = new InMemoryRevocationStore();
  readonly #servers: RevocationSink[] = [this.store];

  /** Has a server in another process told from now on. */
  tell(server: RevocationSink): void {
    this.#servers.push(server);
  }

  /** Resolves when every server knows. */
  async markRevoked(anchor: string): Promise<void> {
    await Promise.all(this.#servers.map((sink) => sink.markRevoked(anchor)));
  }

  /** Resolves when every server knows. */
  async markDelegationEpoch(zone: string, epoch: number): Promise<void> {
    await Promise.all(this.#servers.map((sink) => sink.markDelegationEpoch(zone, epoch)));
  }
}
