import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { printUuid, readUuid } from "../src/uuid-words.js";
import { runs } from "./support/runs.js";

const words = new Uint32Array(4);

const roundTrip = (text: string): string | undefined =>
  readUuid(text, words) ? printUuid(words) : undefined;

test.each([
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "01890a5d-ac96-774b-bcce-b302099a8057",
  randomUUID(),
])("%s is read and gives back its text", (uuid) => {
  expect(roundTrip(uuid)).toBe(uuid);
});

test("the words are the 128 bits in their order", () => {
  readUuid("01890a5d-ac96-774b-bcce-b302099a8057", words);
  expect([...words]).toEqual([0x01890a5d, 0xac96774b, 0xbcceb302, 0x099a8057]);
});

test.each([
  ["upper case", "01890A5D-AC96-774B-BCCE-B302099A8057"],
  ["one upper-case digit", "01890a5D-ac96-774b-bcce-b302099a8057"],
  ["no dashes", "01890a5dac96774bbcceb302099a8057"],
  ["a dash elsewhere", "01890a5da-c96-774b-bcce-b302099a8057"],
  ["braces", "{01890a5d-ac96-774b-bcce-b302099a8057}"],
  ["a URN", "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057"],
  ["a space behind", "01890a5d-ac96-774b-bcce-b302099a8057 "],
  ["one digit less", "01890a5d-ac96-774b-bcce-b302099a805"],
  ["a letter that is no digit", "01890a5d-ac96-774b-bcce-b302099a805g"],
  ["a full-width digit", "01890a5d-ac96-774b-bcce-b302099a805\uff17"],
  ["a character whose low byte is a digit", "01890a5d-ac96-774b-bcce-b302099a805\u0137"],
  ["nothing", ""],
])("%s is none", (_, text) => {
  expect(readUuid(text, words)).toBe(false);
});

test("what is read is what is printed, whatever the text", () => {
  const digit = fc.constantFrom(..."0123456789abcdefABCDEFg-\u0130 ");
  const near = fc
    .tuple(fc.uuid(), fc.nat({ max: 35 }), digit)
    .map(([uuid, place, other]) => uuid.slice(0, place) + other + uuid.slice(place + 1));
  const property = fc.property(fc.oneof(fc.uuid(), near, fc.string()), (text) => {
    const canonical = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
    expect(roundTrip(text)).toBe(canonical ? text : undefined);
  });
  fc.assert(property, runs(5_000));
});
