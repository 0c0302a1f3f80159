import { MandateError } from "@caracalai/identity";
import { parseJws } from "../../../packages/identity/src/jws.js";
import { parseKeySet } from "../../../packages/identity/src/key-set.js";
import { platform } from "../../../packages/identity/src/platform/node.js";
import { CORPORA, type EcdsaGroup, type Jwk, type JwsGroup, loadCorpus } from "./load-corpora.js";

/** One case of a corpus, its verdict and ours. */
export interface CorpusCase {
  readonly corpus: string;
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  /** Where the corpus leaves it open, the strict side is taken. */
  readonly isValid: boolean;
  /** Whether the keys of the case are meant for ES256: what the others try is ruled out by `alg`. */
  readonly exercisesEs256: boolean;
  /** Accepted, or the check that refused it. The payload is no mandate: what follows is not run. */
  readonly verdict: string;
}

const SIGNATURE_LENGTH = 64;

export async function judgeCorpora(): Promise<readonly CorpusCase[]> {
  const cases = await Promise.all([
    judgeTokens(CORPORA.signatures),
    judgeTokens(CORPORA.keys),
    judgeSignatures(),
  ]);
  return cases.flat();
}

async function judgeTokens(corpus: string): Promise<readonly CorpusCase[]> {
  const judged = loadCorpus<JwsGroup>(corpus).flatMap((group) => {
    const keys = keysOf(group);
    return group.tests.map(async ({ tcId, comment, flags, result, jws }) => ({
      corpus,
      tcId,
      comment,
      flags,
      isValid: result === "valid",
      exercisesEs256: keys.every(isForEs256),
      verdict: await judgeToken(typeof jws === "string" ? jws : JSON.stringify(jws), keys),
    }));
  });
  return Promise.all(judged);
}

/** Public keys where the corpus gives them; symmetric ones have no public part. */
function keysOf(group: JwsGroup): readonly Jwk[] {
  const keys = group.public ?? group.private ?? {};
  return isKeySet(keys) ? keys.keys : [keys];
}

function isKeySet(
  keys: NonNullable<JwsGroup["public"]>,
): keys is { readonly keys: readonly Jwk[] } {
  return Array.isArray(keys.keys);
}

/** A key for ES256, or one that was spoilt in one member: the other still says what it was for. */
function isForEs256({ alg, crv }: Jwk): boolean {
  return alg === "ES256" || crv === "P-256";
}

async function judgeToken(token: string, jwks: readonly Jwk[]): Promise<string> {
  const jws = parseJws(token);
  if (jws instanceof MandateError) return jws.check;
  const key = await findKey(jwks, jws.kid);
  if (key === undefined) return "key";
  return (await platform.verify(key, jws.signingInput, jws.signature)) ? "accepted" : "signature";
}

async function findKey(jwks: readonly Jwk[], kid: string): Promise<object | undefined> {
  const keySet = await parseKeySet(Buffer.from(JSON.stringify({ keys: jwks })));
  return keySet?.keys.get(kid);
}

async function judgeSignatures(): Promise<readonly CorpusCase[]> {
  const judged = loadCorpus<EcdsaGroup>(CORPORA.ecdsa).map(async ({ publicKey, tests }) => {
    const [x, y] = [publicKey.wx, publicKey.wy].map(coordinate);
    const key = await findKey([{ kty: "EC", crv: "P-256", kid: "key", x, y }], "key");
    return tests.map(({ tcId, comment, flags, result, msg, sig }) => ({
      corpus: CORPORA.ecdsa,
      tcId,
      comment,
      flags,
      isValid: result === "valid",
      exercisesEs256: true,
      verdict: judgeSignature(key, Buffer.from(msg, "hex"), Buffer.from(sig, "hex")),
    }));
  });
  return (await Promise.all(judged)).flat();
}

/** Hexadecimal digits of any number as the 32 bytes of a coordinate. */
function coordinate(hex: string): string {
  return Buffer.from(hex.slice(-64).padStart(64, "0"), "hex").toString("base64url");
}

/** Other lengths end at the shape of a token, before a key is looked for. */
function judgeSignature(key: object | undefined, message: Buffer, signature: Buffer): string {
  if (signature.length !== SIGNATURE_LENGTH) return "signature";
  if (key === undefined) return "key";
  const isGenuine = platform.verify(key, message.toString("latin1"), signature);
  return isGenuine === true ? "accepted" : "signature";
}
