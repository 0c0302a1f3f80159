import type { Answer, FinalState, History, InstanceLife } from "./history.js";

/** A history in which nothing is wrong, and everything happens at 0 unless said. */
export function historyOf(parts: Partial<History> = {}): History {
  return {
    instances: [instance()],
    revocations: [],
    answers: [],
    knowledge: [],
    losses: [],
    impairments: [],
    stalls: [],
    healedAt: 0,
    endedAt: 10_000,
    final: [],
    ...parts,
  };
}

export function instance(parts: Partial<InstanceLife> = {}): InstanceLife {
  return { name: "one", kind: "replica", boundMs: 1_000, bornAt: 0, ...parts };
}

/** An answer about target 1. */
export function answer(
  verdict: Answer["verdict"],
  askedAt: number,
  parts: Partial<Answer> = {},
): Answer {
  const [target, readyBefore, readyAfter] = [1, true, true];
  const times = { askedAt, answeredAt: askedAt + 1 };
  return { instance: "one", target, verdict, readyBefore, readyAfter, ...times, ...parts };
}

export function final(parts: Partial<FinalState> = {}): FinalState {
  const states = { ready: true, knowsOfLoss: false, lacksHistory: false, lacksEvents: false };
  return { instance: "one", ...states, health: {}, ...parts };
}
