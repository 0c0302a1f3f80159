import type { RevocationEvent } from "@caracalai/revocation";
import type { EventTrust } from "../events/event-trust.js";
import { createEventVerifier, type EventVerifier } from "../events/event-verifier.js";
import { InvalidEventError } from "../events/invalid-event-error.js";
import { parseDelegationEvent } from "../events/parse-delegation-event.js";
import { parseRevocationEvent } from "../events/parse-revocation-event.js";
import type { StreamEntry } from "../streams/stream-reply.js";
import type { StreamName } from "./replica-state.js";

const PARSERS = { revocations: parseRevocationEvent, delegations: parseDelegationEvent };

/** Reads the events of one stream. What can't be believed is left out: the consumer keeps it. */
export class EventReader {
  readonly #parse: typeof parseRevocationEvent;
  readonly #verify: EventVerifier;
  #ignored = 0;
  #wrongSignatures = 0;

  /**
   * @param stream - its name in Redis, which is part of what is signed.
   * @throws ConfigurationError where the trust is not one.
   */
  constructor(name: StreamName, stream: string, trust: EventTrust) {
    this.#parse = PARSERS[name];
    this.#verify = createEventVerifier(stream, trust);
  }

  /** How many entries were left out. */
  get ignored(): number {
    return this.#ignored;
  }

  /** How many of them had a signature of none of the keys. */
  get wrongSignatures(): number {
    return this.#wrongSignatures;
  }

  read(entries: readonly StreamEntry[]): RevocationEvent[] {
    return entries.flatMap((entry) => this.#read(entry));
  }

  #read({ fields }: StreamEntry): RevocationEvent[] {
    try {
      // Without fields, the entry was deleted between two looks.
      return fields === undefined ? [] : this.#parse(fields, this.#verify);
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      this.#ignored += 1;
      if (error.problem === "wrong_signature") this.#wrongSignatures += 1;
      return [];
    }
  }
}
