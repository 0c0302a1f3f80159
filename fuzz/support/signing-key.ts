import {
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  type ECDH,
  type KeyObject,
} from "node:crypto";

/** The order of P-256 (SEC 2, section 2.4.2). */
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** An ES256 key pair of the fuzzer: made from a name, so that it is the same in every run. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly secret: Uint8Array;
}

const curve: ECDH = createECDH("prime256v1");

/** The x of a multiple of the base point, with y. */
function pointOf(scalar: Uint8Array): readonly [x: Buffer, y: Buffer] {
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  return [point.subarray(1, 33), point.subarray(33)];
}

/** Worthless outside of these tests: whoever knows the name knows the key. */
export function signingKeyOf(name: string): SigningKey {
  const secret = createHash("sha256").update(`caracal fuzz ${name}`).digest();
  const [x, y] = pointOf(secret).map((coordinate) => coordinate.toString("base64url"));
  const key = { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" };
  return { kid: `kid_${name}`, publicKey: createPublicKey({ format: "jwk", key }), secret };
}

/**
 * An ES256 signature (RFC 7518 section 3.4) that depends on key and input alone (in the manner of
 * RFC 6979): a case of the long run is the same token whenever it is run again.
 */
export function signatureOf(input: string, { secret }: SigningKey): Buffer {
  const nonce = createHmac("sha256", secret).update(input).digest();
  const digest = numberOf(createHash("sha256").update(input).digest());
  const r = numberOf(pointOf(nonce)[0]) % ORDER;
  const s = (inverse(numberOf(nonce)) * (digest + r * numberOf(secret))) % ORDER;
  return Buffer.concat([bytesOf(r), bytesOf(s)]);
}

/** The other signature of the same: s replaced by n - s. */
export function otherSignature(signature: Uint8Array): Buffer {
  const s = numberOf(signature.subarray(32));
  return Buffer.concat([signature.subarray(0, 32), bytesOf(ORDER - s)]);
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex");
}

/** Of a number modulo the order (the extended Euclidean algorithm). */
function inverse(number: bigint): bigint {
  let [low, high] = [number % ORDER, ORDER];
  let [ofLow, ofHigh] = [1n, 0n];
  while (low > 1n) {
    const times = high / low;
    [low, high] = [high - times * low, low];
    [ofLow, ofHigh] = [ofHigh - times * ofLow, ofLow];
  }
  return ((ofLow % ORDER) + ORDER) % ORDER;
}
