/** The checks of the contract with the code that each ends in, in the order in which they are made. */
export const ORDER = {
  bearer: "missing_token",
  size: "invalid_token",
  encoding: "invalid_token",
  "header object": "invalid_token",
  algorithm: "invalid_token",
  kid: "invalid_token",
  "header members": "invalid_token",
  key: "invalid_token",
  signature: "invalid_token",
  payload: "invalid_token",
  claim: "invalid_token",
  issuer: "invalid_token",
  audience: "invalid_token",
  expiry: "invalid_token",
  time: "invalid_token",
  lifetime: "invalid_token",
  use: "invalid_token",
  zone: "invalid_zone",
  scope: "insufficient_scope",
  target: "invalid_token",
  agent: "agent_required",
  delegation: "delegation_required",
  chain: "chain_mismatch",
  hops: "hop_count_exceeded",
  revocation: "session_revoked",
  epoch: "delegation_stale",
} as const;

export type Step = keyof typeof ORDER;
export const STEPS = Object.keys(ORDER) as readonly Step[];

/** For each check, whether it fails. Those after the first that fails say nothing. */
export type Failures = Partial<Record<Step, boolean>>;

/** `ok`, or code and check. */
export function verdictOf(failures: Failures): string {
  const first = STEPS.find((step) => failures[step]);
  return first === undefined ? "ok" : `${ORDER[first]}/${first.split(" ")[0]}`;
}

/** How far a verdict got; further than every check where it is `ok`. */
export function distanceOf(verdict: string): number {
  const check = verdict.split("/")[1];
  const at = STEPS.findIndex((step) => step.split(" ")[0] === check);
  return at < 0 ? STEPS.length : at;
}
