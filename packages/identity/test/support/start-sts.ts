import { createDevSts, type DevSts, type DevStsOptions } from "@caracalai/dev-sts";
import { onTestFinished } from "vitest";

/** An STS that makes no noise and ends with the test. */
export async function startSts(options: DevStsOptions = {}): Promise<DevSts> {
  const sts = await createDevSts({ announce: () => {}, ...options });
  onTestFinished(() => sts.close());
  return sts;
}

/** The key id that a zone of an STS signs with. */
export function currentKid(sts: DevSts, zone?: string): string {
  return sts.keySet(zone).keys[0]?.kid ?? "";
}
