import { type Members, writeJson } from "./json-text.js";
import { KEYS, type KeyName } from "./keys.js";
import { type Signature, sign, toBytes } from "./p256.js";

/** One part before it is encoded: text and bytes as they are, members as JSON. */
export type Part = string | Uint8Array | Members;

/** What a token is made of; what is not given is right. */
export interface TokenSpec {
  /** Changes to the usual header; undefined leaves a member out. */
  readonly header?: Members;
  /** Instead of the header, changes included. */
  readonly rawHeader?: string | Uint8Array;
  readonly payload: Part;
  readonly key?: KeyName;
  /** The digest that is signed; ES256 has SHA-256. */
  readonly hash?: string;
  /** The bytes that stand as the signature. */
  readonly signature?: (signature: Signature) => Uint8Array;
  /** What is signed instead of header and payload. */
  readonly signedInput?: (input: string) => string;
}

export function encode(part: Part): string {
  const bytes = typeof part === "string" || part instanceof Uint8Array ? part : writeJson(part);
  return Buffer.from(bytes).toString("base64url");
}

/** r and s side by side, as RFC 7518 section 3.4 wants them. */
export function joined({ r, s }: Signature): Uint8Array {
  return Buffer.concat([toBytes(r), toBytes(s)]);
}

export function tokenOf({
  header,
  rawHeader,
  payload,
  key = "zone1",
  hash,
  signature = joined,
  signedInput = (input) => input,
}: TokenSpec): string {
  const { d, kid } = KEYS[key];
  const head = rawHeader ?? { alg: "ES256", typ: "JWT", kid, ...header };
  const input = `${encode(head)}.${encode(payload)}`;
  return `${input}.${encode(signature(sign(d, signedInput(input), hash)))}`;
}

/** Header, payload and signature of a token, as encoded. */
export function partsOf(token: string): [header: string, payload: string, signature: string] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
}
