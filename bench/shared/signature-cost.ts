import { generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import process from "node:process";
import { quantile } from "./median.js";

/** What one raw signature of the size of a mandate's takes, in microseconds of processor time. */
export function signatureCost(): number {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const input = randomBytes(1_000);
  const signature = sign("sha256", input, privateKey);
  const batches = Array.from({ length: 40 }, () => {
    const before = process.cpuUsage();
    for (let call = 0; call < 100; call += 1) verify("sha256", input, publicKey, signature);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 100;
  });
  return quantile(batches, 0.5);
}
