import { createHash, createHmac } from "node:crypto";

// ECDSA on P-256 with the deterministic nonce of RFC 6979, for vectors only: in no way constant in
// time. Node's own signatures differ each time, and then every regenerated file would.

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n;
const GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n;

/** The order of the base point. */
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [mod(value, modulus), modulus];
  let [a, b] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [high, low] = [low, high - low * quotient];
    [b, a] = [a, b - a * quotient];
  }
  return mod(a, modulus);
}

/** The sum of two points of the curve, neither of which is the point at infinity (undefined). */
function add(first: Point | undefined, second: Point): Point | undefined {
  if (first === undefined) return second;
  if (first.x === second.x && first.y !== second.y) return undefined;
  const slope =
    first.x === second.x
      ? (3n * first.x * first.x - 3n) * inverse(2n * first.y, P)
      : (second.y - first.y) * inverse(second.x - first.x, P);
  const x = mod(slope * slope - first.x - second.x, P);
  return { x, y: mod(slope * (first.x - x) - first.y, P) };
}

/** For each half byte of a scalar its 15 multiples of the base point, made once. */
let multiples: readonly (readonly (Point | undefined)[])[] | undefined;

function prepareMultiples(): readonly (readonly (Point | undefined)[])[] {
  let base: Point = { x: GX, y: GY };
  return Array.from({ length: 64 }, () => {
    const row: (Point | undefined)[] = [undefined];
    while (row.length < 16) row.push(add(row.at(-1), base));
    base = certain(add(row.at(-1), base));
    return row;
  });
}

/** A sum under way: x/z² and y/z³ are its coordinates, so that it grows without divisions. */
interface Projective extends Point {
  readonly z: bigint;
}

/** The sum of a projective and an affine point, which are neither equal nor opposite. */
function addMixed(first: Projective, second: Point): Projective {
  const zz = mod(first.z * first.z, P);
  const h = mod(second.x * zz - first.x, P);
  const r = mod(second.y * zz * first.z - first.y, P);
  const hh = mod(h * h, P);
  const hhh = mod(hh * h, P);
  const v = mod(first.x * hh, P);
  const x = mod(r * r - hhh - 2n * v, P);
  return { x, y: mod(r * (v - x) - first.y * hhh, P), z: mod(first.z * h, P) };
}

/** A multiple of the base point: the public key of a private one. */
export function multiplyBase(scalar: bigint): Point {
  multiples ??= prepareMultiples();
  let sum: Projective | undefined;
  for (const [index, row] of multiples.entries()) {
    // The summands so far are all smaller than this one: never the same point, nor its opposite.
    const summand = row[Number((scalar >> BigInt(4 * index)) & 15n)];
    if (summand !== undefined) sum = sum ? addMixed(sum, summand) : { ...summand, z: 1n };
  }
  const { x, y, z } = certain(sum);
  const inverseZ = inverse(z, P);
  const inverseZz = mod(inverseZ * inverseZ, P);
  return { x: mod(x * inverseZz, P), y: mod(y * inverseZz * inverseZ, P) };
}

function certain<T extends Point>(point: T | undefined): T {
  if (point === undefined) throw new Error("The point at infinity has no coordinates");
  return point;
}

export function toBytes(value: bigint, length = 32): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex");
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

/** RFC 6979 section 3.2 for SHA-256 and P-256: nonces in the order in which they are tried. */
function* nonces(privateKey: bigint, digest: Uint8Array): Generator<bigint, never> {
  const seed = Buffer.concat([toBytes(privateKey), toBytes(mod(toNumber(digest), N))]);
  const mac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
    createHmac("sha256", key).update(Buffer.concat(parts)).digest();

  let value: Buffer = Buffer.alloc(32, 1);
  let key: Buffer = Buffer.alloc(32, 0);
  for (const octet of [0, 1]) {
    key = mac(key, value, Buffer.of(octet), seed);
    value = mac(key, value);
  }
  while (true) {
    value = mac(key, value);
    const nonce = toNumber(value);
    if (nonce > 0n && nonce < N) yield nonce;
    key = mac(key, value, Buffer.of(0));
    value = mac(key, value);
  }
}

export interface Signature {
  readonly r: bigint;
  readonly s: bigint;
}

/** Signs with ES256; `hash` names another digest for signatures that have to be wrong. */
export function sign(privateKey: bigint, input: string | Uint8Array, hash = "sha256"): Signature {
  const digest = createHash(hash).update(input).digest().subarray(0, 32);
  for (const nonce of nonces(privateKey, digest)) {
    const r = mod(multiplyBase(nonce).x, N);
    const s = mod(inverse(nonce, N) * (toNumber(digest) + r * privateKey), N);
    if (r !== 0n && s !== 0n) return { r, s };
  }
  throw new Error("unreachable: nonces never end");
}
