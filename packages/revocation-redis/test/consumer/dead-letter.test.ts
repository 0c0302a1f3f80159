import fc from "fast-check";
import { expect, test } from "vitest";
import { deadLetterOf } from "../../src/consumer/dead-letter.js";
import { InvalidEventError } from "../../src/events/invalid-event-error.js";
import type { FieldList } from "../../src/events/read-fields.js";

const letterOf = (fields: FieldList): ReadonlyMap<string, string> => {
  const list = deadLetterOf({ stream: "stream", id: "5-1", problem: "malformed", fields });
  const pairs = list.flatMap((name, index) =>
    index % 2 === 0 ? [[name, list[index + 1] ?? ""] as const] : [],
  );
  return new Map(pairs);
};

test("a dead letter tells where the event came from, what was wrong, and what it said", () => {
  expect(letterOf(["session_id", new TextEncoder().encode("café")])).toEqual(
    new Map([
      ["stream", "stream"],
      ["id", "5-1"],
      ["problem", "malformed"],
      ["fields", '["session_id","café"]'],
      ["complete", "true"],
    ]),
  );
});

test("it is bounded, whatever the event was, and says where it is not all", () => {
  const huge = letterOf(["a", "x".repeat(1_000_000), "b", new Uint8Array(1_000_000)]);
  expect(huge.get("complete")).toBe("false");
  expect(JSON.parse(huge.get("fields") ?? "")[1]).toBe("x".repeat(256));
  const many = letterOf(Array.from({ length: 100_000 }, (_, index) => `${index}`));
  expect(many.get("complete")).toBe("false");
  expect(JSON.parse(many.get("fields") ?? "")).toHaveLength(64);
});

test("it is JSON without control characters, whatever bytes the event was made of", () => {
  const part = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array());
  fc.assert(
    fc.property(fc.array(part), (fields) => {
      const text = letterOf(fields).get("fields") ?? "";
      expect(JSON.parse(text)).toHaveLength(fields.length);
      expect(text).not.toMatch(/\p{Cc}/u);
      expect(text.isWellFormed()).toBe(true);
    }),
  );
});

test("the error of an event quotes nothing of it", () => {
  expect(new InvalidEventError("no_anchor").message).toBe("The event names no anchor.");
});
