import { AnchorTable, type AnchorTableOptions, TextTable } from "@caracalai/revocation";
import { describe, expect, test } from "vitest";

const NEVER = Number.POSITIVE_INFINITY;
const uuid = "01890a5d-ac96-774b-bcce-b302099a8057";
const options: AnchorTableOptions = { owner: "own store", maxEntries: 10 };

describe("options of a table of anchors", () => {
  test.each<[string, unknown, string]>([
    ["null", null, "The options must be an object."],
    ["an unknown name", { ...options, maxTextLenght: 5 }, 'Unknown option "maxTextLenght".'],
    ...[undefined, "", 5].map((owner): [string, unknown, string] => [
      `owner ${owner} (${typeof owner})`,
      { ...options, owner },
      "owner must be a non-empty string.",
    ]),
    ...[undefined, 0, 1.5, Number.NaN, NEVER, "5", 2 ** 24 + 1].map(
      (max): [string, unknown, string] => [
        `maxEntries ${max} (${typeof max})`,
        { ...options, maxEntries: max },
        "maxEntries must be a positive integer, at most 16777216 entries.",
      ],
    ),
    ...[0, 1.5, Number.NaN, NEVER, "5", null].map((max): [string, unknown, string] => [
      `maxTextLength ${max} (${typeof max})`,
      { ...options, maxTextLength: max },
      "maxTextLength must be a positive integer, at most 9007199254740991 UTF-16 units.",
    ]),
  ])("%s: refused at construction", (_, wrong, message) => {
    expect(() => new AnchorTable(wrong as AnchorTableOptions)).toThrow(new TypeError(message));
  });

  test("as many entries as a Map holds may be asked for, and texts without a limit", () => {
    const table = new AnchorTable({ ...options, maxEntries: 2 ** 24, maxTextLength: undefined });
    expect(table.add({ anchor: "a".repeat(1_000_000), expiry: 10 }, false, 1)).toBe(true);
  });

  test("are captured at construction", () => {
    const changed = { owner: "own store", maxEntries: 1, maxTextLength: 5 };
    const table = new AnchorTable(changed);
    changed.maxEntries = 2;
    changed.maxTextLength = 50;
    table.add({ anchor: "12345", expiry: 10 }, false, 1);
    expect(() => table.add({ anchor: uuid, expiry: 10 }, false, 1)).toThrow("1 live anchors");
    expect(() => table.add({ anchor: "123456", expiry: 20 }, false, 10)).toThrow("5 characters");
  });
});

describe("an expiry that is none", () => {
  const wrong = [Number.NaN, 0, -1, -NEVER, undefined, null, "5", {}];
  const message = "expiry must be a number above 0.";

  test.each([uuid, "session"])("is refused, and leaves nothing behind: %s", (anchor) => {
    const table = new AnchorTable(options);
    for (const value of wrong) {
      const add = () => table.add({ anchor, expiry: value as number }, false, 1);
      expect(add).toThrow(new RangeError(message));
      expect([table.size, table.expiryOf(anchor)]).toEqual([0, 0]);
    }
    expect(table.add({ anchor, expiry: Number.MIN_VALUE }, false, 1)).toBe(true);
    expect(table.add({ anchor, expiry: NEVER }, false, 1)).toBe(true);
    for (const value of wrong) {
      expect(() => table.add({ anchor, expiry: value as number }, false, 1)).toThrow(message);
    }
    expect([table.size, table.expiryOf(anchor)]).toEqual([1, NEVER]);
  });

  test("is refused by a table of texts, which goes on sweeping", () => {
    const table = new TextTable<number>((expiry) => expiry);
    table.set("a", 10, false, 1);
    for (const value of wrong) {
      expect(() => table.set("b", value as number, false, 1)).toThrow(new RangeError(message));
    }
    table.set("b", NEVER, false, 1);
    table.sweep(10);
    expect([table.size, table.find("b")]).toEqual([1, NEVER]);
  });

  test("can't be told by what is no function", () => {
    for (const value of [undefined, null, 5]) {
      expect(() => new TextTable(value as unknown as () => number)).toThrow(
        new TypeError("expiryOf must be a function."),
      );
    }
  });
});
