import { sign } from "node:crypto";
import { expect, test } from "vitest";
import { MAX_DER_LENGTH, writeDer } from "../src/der-signature.js";
import { below, createRandom, pick } from "./support/random.js";
import { createTestKey } from "./support/test-key.js";

test("each DER signature of node comes back from its r and s", () => {
  const lengths = new Set<number>();
  for (let round = 0; round < 40; round += 1) {
    const { privateKey } = createTestKey();
    for (let message = 0; message < 25; message += 1) {
      const der = sign("sha256", Buffer.from(`${round} ${message}`), privateKey);
      lengths.add(der.length);
      expect(Buffer.from(toDer(fromDer(der))).toString("hex")).toBe(der.toString("hex"));
    }
  }
  // 72 where both begin with a bit of 1, less where they do not or begin with zeros.
  expect(lengths.size).toBeGreaterThanOrEqual(3);
});

test("any 64 bytes become two minimal integers that are not negative", () => {
  const random = createRandom(2);
  const half = () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, () => below(random, 256)));
    bytes.fill(0, 0, below(random, 33));
    const start = bytes.findIndex((byte) => byte !== 0);
    if (start >= 0) bytes.writeUInt8(pick(random, [0x01, 0x7f, 0x80, 0xff]), start);
    return bytes;
  };
  for (let round = 0; round < 2_000; round += 1) {
    const [r, s] = [half(), half()];
    const body = derInteger(r) + derInteger(s);
    const expected = `30${hexByte(body.length / 2)}${body}`;
    expect(Buffer.from(toDer(Buffer.concat([r, s]))).toString("hex")).toBe(expected);
  }
});

test("a view into a larger buffer is read from its own start", () => {
  const bytes = Buffer.alloc(96, 0xaa).fill(1, 16, 80);
  expect(toDer(bytes.subarray(16, 80))).toEqual(toDer(Buffer.alloc(64, 1)));
});

/** What is written into memory that is full of something else. */
function toDer(signature: Uint8Array): Buffer {
  const der = Buffer.alloc(MAX_DER_LENGTH, 0xaa);
  return der.subarray(0, writeDer(signature, der));
}

/** r and s, 32 bytes each, of a DER sequence of two integers. */
function fromDer(der: Buffer): Buffer {
  const rLength = der.readUInt8(3);
  const r = der.subarray(4, 4 + rLength);
  return Buffer.concat([r, der.subarray(6 + rLength)].map(fixed));
}

function fixed(integer: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(32), integer]).subarray(-32);
}

function derInteger(bytes: Buffer): string {
  const digits = BigInt(`0x${bytes.toString("hex")}`).toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const positive = Number.parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even;
  return `02${hexByte(positive.length / 2)}${positive}`;
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
