import { judgeClaims } from "@caracalai/identity";
import { expect, test } from "vitest";
import { DELEGATED } from "./support/authority.js";
import { bytesOf } from "./support/heap.js";
import { accepted, POLICY } from "./support/judge.js";
import { AUDIENCE, CLAIMS, NOW } from "./support/token.js";

/** The mandate that claims make under a policy: a new one, unless it is given. */
function mandateOf(claims: object = {}, policy = { ...POLICY }) {
  return accepted(judgeClaims({ ...CLAIMS, ...claims }, policy, NOW));
}

test("all mandates under a policy have one and the same list of its audience", () => {
  const policy = { ...POLICY };
  const first = mandateOf({}, policy);
  const second = mandateOf({ aud: AUDIENCE }, policy);
  expect(first.aud).toEqual([AUDIENCE]);
  expect(second.aud).toBe(first.aud);
  expect(second.target).toBe(first.aud);
  expect(Object.isFrozen(first.aud)).toBe(true);
});

test("what one policy names is not the audience of another", () => {
  expect(mandateOf().aud).toEqual([AUDIENCE]);
  const other = "https://other.example.com";
  expect(mandateOf({ aud: [other] }, { ...POLICY, audience: other }).aud).toEqual([other]);
});

test.each([
  ["two, that of the policy first", [AUDIENCE, "https://b.example.com"]],
  ["two, that of the policy last", ["https://b.example.com", AUDIENCE]],
  ["the same twice", [AUDIENCE, AUDIENCE]],
])("a list of %s is left as it is", (_, list) => {
  const mandate = mandateOf({ aud: list, target: list });
  expect([mandate.aud, mandate.target]).toEqual([list, list]);
});

test.each([[[]], [["https://b.example.com"]], [["", AUDIENCE]]])("so are targets %j", (target) => {
  const policy = { ...POLICY };
  // The list of the audience is known by then.
  mandateOf({}, policy);
  expect(mandateOf({ target }, policy).target).toEqual(target);
});

test("mandates have their texts in common where they are kept, and take no time for it where not", () => {
  const ids = Object.fromEntries(
    ["sub", "client_id", "sid", "root_sid", "scope", "agent_session_id", "source_session_id"].map(
      (name, at) => [name, `${at}`.padStart(64, "-")],
    ),
  );
  const json = JSON.stringify({ ...CLAIMS, ...DELEGATED, ...ids });
  const bytesEach = (isKept?: boolean) => {
    const judge = () => accepted(judgeClaims(JSON.parse(json), POLICY, NOW, isKept));
    return bytesOf(() => Array.from({ length: 5_000 }, judge)) / 5_000;
  };
  const kept = bytesEach(true);
  // Seven texts of 64 characters.
  expect(bytesEach(false)).toBeGreaterThan(kept + 400);
  expect(bytesEach()).toBeGreaterThan(kept + 400);
});
