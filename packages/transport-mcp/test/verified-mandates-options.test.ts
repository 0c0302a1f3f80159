import {
  ConfigurationError,
  createMandateVerifier,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
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
