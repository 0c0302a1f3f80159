// What the replica of the TypeScript half makes of what it is told: a line of steps in, a line of states out.
import { createInterface } from "node:readline";

const dist = new URL("../../../packages/revocation-redis/dist/replica/", import.meta.url);
const of = (name) => import(new URL(`${name}.js`, dist));
const changes = {
  ...(await of("replica-state")),
  ...(await of("after-check")),
  ...(await of("after-key-task")),
  ...(await of("new-round")),
};
const { isWaitingForProof, nextTask, notesToAnswer, readinessOf } = await of("replica-readiness");

const pace = {
  maxStalenessMs: 1_000,
  settleMs: 400,
  maxMandateLifetimeMs: 8_000,
  adoptAfterMs: 3_000,
  fullRetryMs: 2_000,
  snapshotRetryMs: 500,
  reconcilePauseMs: 1_500,
};

function step(state, [name, now, ...args]) {
  switch (name) {
    case "check":
      return changes.afterCheck(state, args[0], now, pace);
    case "entries":
      return changes.afterEntries(state, args[0]);
    case "full":
      return changes.afterFull(state, now, pace);
    case "fullRetry":
      return changes.afterFullRetry(state, now, pace);
    case "lostRace":
      return changes.afterLostRace(state, now, pace);
    case "snapshotBegan":
      return changes.afterSnapshotBegan(state);
    case "snapshotFailed":
      return changes.afterSnapshotFailed(state, args[0], now, pace);
    case "snapshot":
      return changes.afterSnapshot(state, args[0], now);
    case "reconcileBegan":
      return changes.afterReconcileBegan(state, now);
    case "reconcileFailed":
      return changes.afterReconcileFailed(state, args[0], now, pace);
    case "writes":
      return changes.beforeWrites(state);
    case "madeGood":
      return changes.afterMadeGood(state, ...args);
    case "marker":
      return changes.beforeMarker(state, ...args);
    case "markerSet":
      return changes.afterMarkerSet(state, args[0], now);
    default:
      return changes.afterMarkerRefused(state, args[0]);
  }
}

/** JSON knows no infinity, and leaves out what is undefined. */
const show = (value) =>
  JSON.parse(
    JSON.stringify(value, (_, it) => (Number.isFinite(it) || typeof it !== "number" ? it : null)),
  );

for await (const line of createInterface({ input: process.stdin })) {
  let state = changes.INITIAL_STATE;
  const states = JSON.parse(line).map((it) => {
    state = step(state, it);
    const now = it[1];
    const { until, readyUntil, problem } = readinessOf(state, pace);
    return {
      state: show(state),
      until: until ?? null,
      readyUntil: readyUntil ?? null,
      problem: problem ?? null,
      notes: notesToAnswer(state),
      task: nextTask(state, now, pace) ?? null,
      waits: isWaitingForProof(state, now, pace),
    };
  });
  process.stdout.write(`${JSON.stringify(states)}\n`);
}
