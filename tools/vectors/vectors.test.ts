import { afterAll, describe, expect, test } from "vitest";
import { loadKeySets, loadVectors } from "./run/load-vectors.js";
import { allowedUrls, runVector } from "./run/run-vector.js";

const files = loadVectors();
const keySets = loadKeySets();
const cases = files.flatMap((file) => file.cases);

/** Only a mandate that passed everything else is worth a question to the store. */
const STORE_ASKED = ["ok", "session_revoked", "delegation_stale"];

let run = 0;
let accepted = 0;

afterAll(() => {
  console.info(`vectors: ${run} run as expected, ${accepted} of them accepted`);
});

describe.each(files.map((file) => [file.name, file] as const))("%s", (_, file) => {
  test.each(file.cases.map((vector) => [vector.id, vector] as const))("%s", async (_id, vector) => {
    const { expected } = vector;
    const { answer, again, ...io } = await runVector(vector, keySets);
    expect(answer, vector.comment).toEqual(expected);
    // By now the verifier may know its signature, and then its principal: that makes no difference.
    expect(again, vector.comment).toEqual([expected, expected]);

    const allowed = allowedUrls(vector);
    expect(io.fetched.filter((url) => !allowed.includes(url))).toEqual([]);
    expect(io.storeCalls > 0).toBe(STORE_ASKED.includes(answer.outcome));
    if (vector.io === "none") expect(io).toEqual({ fetched: [], keyLookups: 0, storeCalls: 0 });
    run += 1;
    if (answer.outcome === "ok") accepted += 1;
  });
});

test("there are enough vectors, and enough of them are accepted", () => {
  expect(cases.length).toBeGreaterThanOrEqual(1_000);
  expect(cases.filter(({ expected }) => expected.outcome === "ok").length).toBeGreaterThanOrEqual(
    150,
  );
});
