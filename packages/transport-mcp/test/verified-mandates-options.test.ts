import {
  ConfigurationError,
  createMandateVerifier,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { readVerifiedMandates } from "../src/verified-mandates-limits.js";
import { optionsFor } from "./support/sts.js";

const base = optionsFor({ issuer: "https://sts.example.com" });

function create(verifiedMandates: unknown): unknown {
  return createMandateVerifier({ ...base, verifiedMandates } as MandateVerifierOptions);
}

test.each([
  ...[null, true, 0, 5, "false", [], [{ maxEntries: 1 }]],
  ...[{ maxentries: 1 }, { size: 1 }, { maxEntries: 1, ttlMs: 1 }],
  ...[0, -1, 1.5, "5", null, Number.NaN, Infinity, 10_000_001].map((maxEntries) => ({
    maxEntries,
  })),
  ...[0, 65_535, 65_536.5, "1", null, 2 ** 40 + 1].map((maxBytes) => ({ maxBytes })),
])("malformed: %o", (verifiedMandates) => {
  expect(() => create(verifiedMandates)).toThrow(ConfigurationError);
  expect(() => create(verifiedMandates)).toThrow(/^verifiedMandates\b/);
});

test.each([
  ...[undefined, false, {}, { maxEntries: undefined, maxBytes: undefined }],
  ...[1, 10_000_000].map((maxEntries) => ({ maxEntries })),
  ...[65_536, 2 ** 40].map((maxBytes) => ({ maxBytes })),
])("well-formed: %o", (verifiedMandates) => {
  expect(() => create(verifiedMandates)).not.toThrow();
});

test.each([
  ["by default", undefined, 40_000],
  ["four for each entry", { maxEntries: 1 }, 4],
  ["no more than fit into an eighth of the bytes", { maxBytes: 65_536 }, 240],
  ["as many where entries are many", { maxEntries: 10_000_000, maxBytes: 65_536 }, 240],
  ["none where nothing is remembered", false, 0],
] as const)("signatures: %s", (_, options, maxSignatures) => {
  const limits = readVerifiedMandates(options);
  expect(limits.maxSignatures).toBe(maxSignatures);
  // Together they take no more than was allowed.
  const allowed = options === false ? 0 : ((options as { maxBytes?: number })?.maxBytes ?? 2 ** 25);
  expect(limits.maxBytes + 34 * maxSignatures).toBeLessThanOrEqual(allowed);
  expect(limits.maxBytes).toBeGreaterThanOrEqual(allowed * 0.875);
});
