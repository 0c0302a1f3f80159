import { createDevSts, type DevSts, type DevStsOptions } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  createKeyCache,
  createMandateVerifier,
  type MandateVerifier,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { afterAll, onTestFinished } from "vitest";

export const AUDIENCE = "https://mcp.example.com";

function startSts(options: DevStsOptions): Promise<DevSts> {
  return createDevSts({ announce: () => {}, audience: AUDIENCE, ...options });
}

/** An STS that ends with the file. */
export async function stsOfFile(options: DevStsOptions = {}): Promise<DevSts> {
  const sts = await startSts(options);
  afterAll(() => sts.close());
  return sts;
}

/** An STS that ends with the test. */
export async function stsOfTest(options: DevStsOptions = {}): Promise<DevSts> {
  const sts = await startSts(options);
  onTestFinished(() => sts.close());
  return sts;
}

/** Options for an issuer, with a store and keys that nobody else uses. */
export function optionsFor(
  { issuer }: Pick<DevSts, "issuer">,
  options: Partial<MandateVerifierOptions> = {},
): MandateVerifierOptions {
  return {
    issuer,
    audience: AUDIENCE,
    zoneId: "zone_dev",
    revocations: new InMemoryRevocationStore(),
    keyCache: createKeyCache({ retryMs: 1 }),
    ...options,
  };
}

export function verifierFor(
  sts: Pick<DevSts, "issuer">,
  options: Partial<MandateVerifierOptions> = {},
): MandateVerifier {
  return createMandateVerifier(optionsFor(sts, options));
}
