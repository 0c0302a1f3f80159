import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";

/** The published corpora (Project Wycheproof), by the names of their files. */
export const CORPORA = {
  signatures: "json_web_signature_test.json",
  keys: "json_web_key_test.json",
  ecdsa: "ecdsa_secp256r1_sha256_p1363_test.json",
} as const;

/** Data that tests read and the project does not hold. */
const FOLDER =
  env.CARACAL_CORPORA ?? fileURLToPath(new URL("../../../../shared/wycheproof/", import.meta.url));

export const corporaArePresent: boolean = Object.values(CORPORA).every((name) =>
  existsSync(join(FOLDER, name)),
);

export type Jwk = Readonly<Record<string, unknown>>;
type Keys = Jwk | { readonly keys: readonly Jwk[] };

interface CorpusTest {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: "valid" | "invalid" | "acceptable";
}

export interface JwsGroup {
  readonly public?: Keys;
  readonly private?: Keys;
  /** `jws` is an object where it stands for the JSON serialisation. */
  readonly tests: readonly (CorpusTest & { readonly jws: unknown })[];
}

export interface EcdsaGroup {
  readonly publicKey: { readonly wx: string; readonly wy: string };
  /** Message and signature in hexadecimal; the signature is r and s side by side. */
  readonly tests: readonly (CorpusTest & { readonly msg: string; readonly sig: string })[];
}

export function loadCorpus<Group>(name: string): readonly Group[] {
  const text = readFileSync(join(FOLDER, name), "utf8");
  return (JSON.parse(text) as { readonly testGroups: readonly Group[] }).testGroups;
}
