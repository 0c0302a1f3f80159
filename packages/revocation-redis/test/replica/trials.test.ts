import { expect, test } from "vitest";
import { type Admits, admits, runTrial } from "./support/trial.js";

const TRIALS = Number(process.env.REPLICA_TRIALS ?? 2);
const SEED = Number(process.env.REPLICA_SEED ?? 1);

/** The trials from the seed on, each reported with what is needed to run it again. */
async function* trials(isAdmitted: Admits, count: number) {
  for (let seed = SEED; seed < SEED + count; seed += 1) {
    const result = await runTrial(seed, isAdmitted);
    const { faults, revoked, lostByRedis, wronglyAdmitted, forgotten, answered } = result;
    console.log(
      `seed ${seed}: ${faults.join(" ")}; ${revoked} revoked, ${lostByRedis} lost by Redis,` +
        ` ${answered} answers, ${wronglyAdmitted.length} wrongly admitted, ${forgotten.length} forgotten`,
    );
    yield result;
  }
}

test(`over ${TRIALS} random trials from seed ${SEED} on, nobody is let in a second after a revocation, and none is lost`, {
  timeout: 60_000 * TRIALS,
}, async () => {
  let answers = 0;
  for await (const { wronglyAdmitted, forgotten, answered } of trials(admits, TRIALS)) {
    expect({ wronglyAdmitted, forgotten }).toEqual({ wronglyAdmitted: [], forgotten: [] });
    answers += answered;
  }
  // A replica that never answers would be as right.
  expect(answers).toBeGreaterThan(50 * TRIALS);
});

test("one of these trials soon catches an instance that lets in what it can't answer for", {
  timeout: 240_000,
}, async () => {
  const failsOpen: Admits = ({ replica, heard }, anchor) =>
    replica.ready ? !replica.isRevoked(anchor) : !heard.includes(anchor);
  for await (const { wronglyAdmitted } of trials(failsOpen, 20)) {
    if (wronglyAdmitted.length > 0) return;
  }
  throw new Error("It was not caught.");
});
