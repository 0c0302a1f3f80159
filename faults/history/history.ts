/**
 * What was seen in one trial. All times are milliseconds of the monotonic clock of the process that
 * ran it; a target is the number of a mandate that a producer may revoke.
 */
export interface History {
  readonly instances: readonly InstanceLife[];
  readonly revocations: readonly Revocation[];
  readonly answers: readonly Answer[];
  readonly knowledge: readonly Knowledge[];
  readonly losses: readonly Loss[];
  readonly impairments: readonly Impairment[];
  readonly stalls: readonly Stall[];
  /** When the last fault was lifted. */
  readonly healedAt: number;
  /** When every instance was asked about everything for the last time. */
  readonly endedAt: number;
  /** How each instance was in the end. */
  readonly final: readonly FinalState[];
}

/** One instance: a verifier, with its store or replica, and its consumers. */
export interface InstanceLife {
  readonly name: string;
  readonly kind: "store" | "replica";
  /** How long after its revocation a mandate may be let in. */
  readonly boundMs: number;
  readonly bornAt: number;
  /** Missing where it lived to the end. */
  readonly diedAt?: number | undefined;
}

/** One event, about one target. A producer sends it once, and does not try again. */
export interface Revocation {
  readonly target: number;
  readonly attemptedAt: number;
  /** When the reply to its XADD had come; missing where none came, or an error did. */
  readonly acknowledgedAt?: number | undefined;
}

/** What a verifier decided. */
export type Verdict = "accepted" | "refused" | "unavailable" | "other";

/** One decision of one instance's verifier. */
export interface Answer {
  readonly instance: string;
  readonly target: number;
  /** When the verifier asked its store: what it learnt then is not older than this. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Whether the instance said to be ready, when the store was asked and when the answer was there. */
  readonly readyBefore: boolean;
  readonly readyAfter: boolean;
  /** Whether a replica said, when asked, that it answers though it is not up to date to the second. */
  readonly isLagging?: boolean | undefined;
  readonly verdict: Verdict;
  /** Code and check of what is none of the other verdicts. */
  readonly detail?: string | undefined;
}

/**
 * What an instance is known to know: its replica told of a revocation (`replica`), its consumer was
 * given it (`read`), the store has confirmed that its consumer's write is in Redis (`written`).
 */
export interface Knowledge {
  readonly kind: "replica" | "read" | "written";
  readonly instance: string;
  readonly target: number;
  readonly at: number;
}

/**
 * A fault by which Redis itself loses what it had acknowledged: it is emptied, a replica is promoted
 * that is behind, or entries are trimmed from the stream.
 */
export interface Loss {
  readonly kind: "emptied" | "behind" | "trimmed";
  /** From when on Redis may have lacked something, and since when it loses nothing more by it. */
  readonly from: number;
  readonly to: number;
  /** `behind`: what was acknowledged before this is on the promoted server for certain. */
  readonly safeBefore?: number | undefined;
}

/** A time in which an instance was hindered in reaching Redis. */
export interface Impairment {
  readonly instance: string;
  readonly from: number;
  readonly to: number;
}

/** A time in which nothing ran in the process of the trial: a machine that was too busy. */
export interface Stall {
  readonly at: number;
  readonly ms: number;
}

/** How an instance was in the end. */
export interface FinalState {
  readonly instance: string;
  readonly ready: boolean;
  /** Whether its consumers say that events were lost. */
  readonly knowsOfLoss: boolean;
  /** Whether its replica says that it does not know what a Redis without a marker held before. */
  readonly lacksHistory: boolean;
  /** Whether its replica says that events were lost which nobody had read. */
  readonly lacksEvents: boolean;
  /** For a report: what its health said. */
  readonly health: unknown;
}
