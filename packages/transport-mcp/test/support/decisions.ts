import type { DevSts } from "@caracalai/dev-sts";
import type { Decision, MandateVerifier, MandateVerifierOptions } from "@caracalai/transport-mcp";
import { expect } from "vitest";
import { verifierFor } from "./sts.js";

/** A verifier, and what its hook was told. */
export interface Heard {
  readonly verifier: MandateVerifier;
  readonly decisions: Decision[];
}

export function hearing(
  sts: Pick<DevSts, "issuer">,
  options: Partial<MandateVerifierOptions> = {},
): Heard {
  const decisions: Decision[] = [];
  const onDecision = (decision: Decision) => {
    decisions.push(decision);
  };
  return { verifier: verifierFor(sts, { ...options, onDecision }), decisions };
}

/** A record that is like an acceptance but for what is given. */
export function recordOf(given: Partial<Decision>): Decision {
  return {
    outcome: "ok",
    code: undefined,
    check: undefined,
    zoneId: undefined,
    items: [],
    durationMs: expect.any(Number),
    cached: false,
    stage: "request",
    ...given,
  };
}

/** What a record of a refusal has different. */
export function refused(code: Decision["code"], check: Decision["check"]): Partial<Decision> {
  return { outcome: "refused", code, check };
}
