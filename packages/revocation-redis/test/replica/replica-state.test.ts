import { describe, expect, test } from "vitest";
import { afterCheck, afterEntries } from "../../src/replica/after-check.js";
import {
  afterMarkerRefused,
  afterMarkerSet,
  afterReconcileBegan,
  afterReconcileFailed,
  afterSnapshot,
  afterSnapshotBegan,
  afterSnapshotFailed,
  beforeMarker,
  beforeWrites,
} from "../../src/replica/after-key-task.js";
import type { StreamFacts } from "../../src/replica/judge-history.js";
import { afterFull, afterFullRetry, afterLostRace } from "../../src/replica/new-round.js";
import { isWaitingForProof, nextTask, readinessOf } from "../../src/replica/replica-readiness.js";
import {
  INITIAL_STATE,
  type ReplicaPace,
  type ReplicaState,
  STREAMS,
  type StreamName,
} from "../../src/replica/replica-state.js";

const PACE: ReplicaPace = {
  maxStalenessMs: 5_000,
  settleMs: 2_000,
  maxMandateLifetimeMs: 100_000,
  adoptAfterMs: 60_000,
  fullRetryMs: 10_000,
  snapshotRetryMs: 1_000,
  reconcilePauseMs: 5_000,
};

const EMPTY: StreamFacts = {
  runId: "server",
  marker: "marker",
  evicts: false,
  evictedKeys: 0,
  note: undefined,
  isMadeGood: false,
  gap: undefined,
  lastGeneratedId: "0-0",
  entriesAdded: 0,
  length: 0,
  firstAgeMs: undefined,
  unread: 0,
  drained: true,
};

interface Answer extends Partial<StreamFacts> {
  readonly lastId?: string;
  readonly round?: number;
}

/** An answer that was asked for at `now` and took 10 ms. */
function check(state: ReplicaState, stream: StreamName, now: number, answer: Answer = {}) {
  const { lastId, round = state.round, ...facts } = answer;
  const question = { stream, round, sentAt: now, lastId, facts: { ...EMPTY, ...facts } };
  return afterCheck(state, question, now + 10, PACE);
}

const checkBoth = (state: ReplicaState, now: number, answer: Answer = {}): ReplicaState =>
  STREAMS.reduce((before, stream) => check(before, stream, now, answer), state);

const problem = (state: ReplicaState) => readinessOf(state, PACE).problem;

/** Ready since 3,100. */
function readyState(): ReplicaState {
  let state = checkBoth(INITIAL_STATE, 1_000);
  state = afterSnapshot(afterSnapshotBegan(state), state.round, 1_600);
  return checkBoth(state, 3_100);
}

describe("at the start", () => {
  test("both streams are read, then the keys, then both streams once more", () => {
    let state = INITIAL_STATE;
    expect([problem(state), nextTask(state, 0, PACE)]).toEqual(["synchronising", undefined]);
    state = check(state, "revocations", 1_000);
    expect([problem(state), nextTask(state, 1_010, PACE)]).toEqual(["synchronising", undefined]);
    state = check(state, "delegations", 1_000);
    expect([problem(state), nextTask(state, 1_510, PACE)]).toEqual(["synchronising", "snapshot"]);
    state = afterSnapshotBegan(state);
    expect(nextTask(state, 3_100, PACE)).toBeUndefined();
    state = checkBoth(state, 3_150);
    state = afterSnapshot(state, state.round, 3_200);
    expect(problem(state)).toBe("synchronising");
    state = check(state, "revocations", 3_300);
    expect(problem(state)).toBe("synchronising");
    // This one was asked before the keys were read, however late its answer.
    expect(problem(check(state, "delegations", 3_199))).toBe("synchronising");
    state = check(state, "delegations", 3_400);
    expect(readinessOf(state, PACE)).toMatchObject({ until: 8_300 });
    expect(nextTask(state, 10_000, PACE)).toBeUndefined();
  });

  test("others have the time to write what they know: the server may just have lost it", () => {
    let state = checkBoth(INITIAL_STATE, 1_000);
    expect(nextTask(state, 1_509, PACE)).toBeUndefined();
    state = afterSnapshot(afterSnapshotBegan(state), state.round, 1_600);
    expect(problem(checkBoth(state, 3_009))).toBe("synchronising");
    expect(readinessOf(checkBoth(state, 3_010), PACE)).toMatchObject({ until: 8_010 });
  });

  test("a stream is not read to its end before an answer says so", () => {
    let state = check(INITIAL_STATE, "delegations", 1_000);
    const behind = { entriesAdded: 180, length: 150, lastGeneratedId: "150-0", drained: false };
    state = check(state, "revocations", 1_000, { ...behind, unread: 100, lastId: "100-0" });
    expect(state.streams.revocations).toMatchObject({
      position: { lastId: "100-0", added: 130 },
      provenAt: undefined,
    });
    expect(nextTask(state, 1_010, PACE)).toBeUndefined();
    state = check(state, "revocations", 1_020, { ...behind, unread: 50, drained: true });
    expect(state.streams.revocations).toMatchObject({
      position: { lastId: "150-0", added: 180 },
      provenAt: 1_020,
    });
    expect(nextTask(state, 1_510, PACE)).toBe("snapshot");
  });
});

describe("a replica that is ready", () => {
  test("stays so until its older proof is maxStalenessMs old", () => {
    let state = readyState();
    expect(readinessOf(state, PACE)).toMatchObject({ until: 8_100 });
    state = check(state, "revocations", 4_000);
    expect(readinessOf(state, PACE)).toMatchObject({ until: 8_100 });
    state = check(state, "delegations", 3_500);
    expect(readinessOf(state, PACE)).toMatchObject({ until: 8_500 });
  });

  test("is not made fresher by an answer that leaves something unread, nor by entries", () => {
    let state = readyState();
    const behind = { entriesAdded: 200, length: 200, lastGeneratedId: "200-0" };
    const part = { unread: 100, drained: false, lastId: "100-0" };
    state = check(state, "revocations", 4_000, { ...behind, ...part });
    expect(state.streams.revocations.provenAt).toBe(3_100);
    const entries = {
      stream: "revocations",
      round: state.round,
      lastId: "150-0",
      count: 50,
    } as const;
    state = afterEntries(state, entries);
    expect(state.streams.revocations).toMatchObject({
      position: { lastId: "150-0", added: 150 },
      provenAt: 3_100,
    });
  });

  test("begins anew with another server, whatever that holds", () => {
    const state = check(readyState(), "revocations", 5_000, { runId: "other" });
    expect(state).toMatchObject({ round: 2, brokenBy: "server_changed" });
  });
});

describe("a new round", () => {
  test("begins where the history does not go on: all is read again, after a while", () => {
    let state = check(readyState(), "delegations", 5_000, { marker: undefined });
    expect(state).toMatchObject({
      round: 2,
      brokenBy: "history_lost",
      snapshot: "none",
      knowsHistory: true,
      streams: { revocations: {}, delegations: {} },
    });
    expect(problem(state)).toBe("synchronising");
    state = checkBoth(state, 5_100, { marker: undefined });
    expect(nextTask(state, 5_509, PACE)).toBeUndefined();
    expect(nextTask(state, 5_510, PACE)).toBe("snapshot");
    // An hour later, too: it knows what Redis has lost.
    expect(nextTask(state, 3_600_000, PACE)).toBe("snapshot");
  });

  test("is not ready before others had time, whatever it has read", () => {
    let state = check(readyState(), "delegations", 5_000, { marker: "other" });
    state = checkBoth(state, 5_100, { marker: "other" });
    state = afterSnapshot(afterSnapshotBegan(state), 2, 5_600);
    expect(problem(checkBoth(state, 7_009, { marker: "other" }))).toBe("synchronising");
    expect(readinessOf(checkBoth(state, 7_010, { marker: "other" }), PACE)).toMatchObject({
      until: 12_010,
    });
  });

  test("keeps the keys waiting for a second at most, however long it settles", () => {
    const pace = { ...PACE, settleMs: 3_600_000 };
    const state = afterLostRace(readyState(), 5_000, pace);
    expect(state).toMatchObject({ snapshotNotBefore: 6_000, proofNotBefore: 3_605_000 });
  });

  test("does not take what was begun in an earlier one for its own", () => {
    const state = check(readyState(), "delegations", 5_000, { marker: "other" });
    expect(check(state, "revocations", 5_100, { round: 1 })).toBe(state);
    expect(afterSnapshot(state, 1, 5_100)).toBe(state);
    expect(afterSnapshotFailed(state, 1, 5_100, PACE)).toBe(state);
    const late = { stream: "revocations", round: 1, lastId: "9-0", count: 1 } as const;
    expect(afterEntries(state, late)).toBe(state);
  });

  test("begins where keys could not be read or written", () => {
    let state = afterSnapshotBegan(checkBoth(INITIAL_STATE, 1_000));
    state = afterSnapshotFailed(beforeWrites(state), 1, 1_500, PACE);
    expect(state).toMatchObject({ round: 2, brokenBy: "snapshot_failed", owesMarker: true });
    state = checkBoth(state, 1_600);
    expect(nextTask(state, 2_499, PACE)).toBeUndefined();
    expect(nextTask(state, 2_500, PACE)).toBe("snapshot");
  });
});

describe("a Redis without a marker", () => {
  const unmarked = checkBoth(INITIAL_STATE, 1_000, { marker: undefined });

  test("is not answered for, and adopted after a while", () => {
    expect(problem(unmarked)).toBe("unknown_history");
    expect(isWaitingForProof(unmarked, 61_009, PACE)).toBe(false);
    expect(nextTask(unmarked, 61_009, PACE)).toBeUndefined();
    expect(isWaitingForProof(unmarked, 61_010, PACE)).toBe(true);
    expect(nextTask(unmarked, 61_010, PACE)).toBe("adopt");
  });

  test("is watched from the time on at which it was first seen so", () => {
    const later = checkBoth(unmarked, 50_000, { marker: undefined });
    expect(nextTask(later, 61_010, PACE)).toBe("adopt");
  });

  test("is watched anew where its history breaks", () => {
    const position = {
      lastGeneratedId: "5-0",
      entriesAdded: 1,
      length: 1,
      unread: 1,
      lastId: "5-0",
    };
    let state = check(unmarked, "revocations", 2_000, { marker: undefined, ...position });
    state = check(state, "revocations", 30_000, { marker: undefined });
    expect(state).toMatchObject({ round: 2, brokenBy: "stream_older" });
    state = checkBoth(state, 31_000, { marker: undefined });
    expect(nextTask(state, 61_010, PACE)).toBeUndefined();
    expect(nextTask(state, 91_010, PACE)).toBe("adopt");
  });

  test("is one, too, where one stream of two is marked", () => {
    let state = check(unmarked, "revocations", 2_000);
    state = check(state, "revocations", 2_100);
    expect(problem(state)).toBe("unknown_history");
    expect(nextTask(state, 61_009, PACE)).toBeUndefined();
    expect(nextTask(state, 61_010, PACE)).toBe("adopt");
  });

  test("is marked once: then its markers are only waited for", () => {
    let state = unmarked;
    for (const stream of STREAMS) {
      expect(nextTask(state, 61_010, PACE)).toBe("adopt");
      state = afterMarkerSet(beforeMarker(state, stream, stream), stream, 61_020);
    }
    expect(nextTask(state, 99_000, PACE)).toBeUndefined();
    state = check(state, "revocations", 62_000, { marker: "revocations" });
    expect(nextTask(state, 99_000, PACE)).toBeUndefined();
    state = check(state, "delegations", 62_000, { marker: "delegations" });
    expect(nextTask(state, 99_000, PACE)).toBeUndefined();
    state = check(state, "revocations", 62_100, { marker: "revocations" });
    state = check(state, "delegations", 62_100, { marker: "delegations" });
    expect(state.round).toBe(1);
    expect(nextTask(state, 99_000, PACE)).toBe("snapshot");
  });

  test("is read from its beginning as soon as somebody has marked it: it may have been emptied before", () => {
    const read = { lastGeneratedId: "5-0", entriesAdded: 1, length: 1 };
    const first = { ...read, unread: 1, lastId: "5-0" };
    let state = check(unmarked, "revocations", 1_900, { marker: undefined, ...first });
    expect(state.streams.revocations.position?.lastId).toBe("5-0");
    state = check(check(state, "delegations", 2_000), "revocations", 2_000, read);
    expect(problem(state)).toBe("synchronising");
    expect(state.streams.revocations).toMatchObject({ marker: "marker" });
    expect(state.streams.revocations.position).toBeUndefined();
    expect(nextTask(state, 2_010, PACE)).toBeUndefined();
    state = check(check(state, "delegations", 2_100), "revocations", 2_100, first);
    expect(state.round).toBe(1);
    expect(nextTask(state, 2_110, PACE)).toBe("snapshot");
  });

  test("does not have a loss matter again that was watched for long enough", () => {
    const trimmed = { marker: undefined, gap: "unread 3" };
    let state = check(INITIAL_STATE, "revocations", 2_000, trimmed);
    expect(state.streams.revocations.isWhole).toBe(false);
    const over = 2_000 + PACE.maxMandateLifetimeMs;
    state = check(state, "revocations", over, trimmed);
    expect(state.streams.revocations.isWhole).toBe(true);
    for (const now of [over + 100, over + 200]) {
      state = check(state, "revocations", now, { gap: "unread 3" });
    }
    expect(state.streams.revocations.isWhole).toBe(true);
  });
});

describe("a marker of its own", () => {
  const setting = (state: ReplicaState) => beforeMarker(state, "revocations", "mine");

  test("is right while it is being set, and so is the one before", () => {
    const state = setting(afterSnapshotBegan(checkBoth(INITIAL_STATE, 1_000)));
    expect(check(state, "revocations", 2_000).round).toBe(1);
    const set = check(state, "revocations", 2_000, { marker: "mine" });
    expect(set.streams.revocations).toMatchObject({ marker: "mine", pendingMarker: undefined });
    expect(check(set, "revocations", 3_000)).toMatchObject({ brokenBy: "history_changed" });
  });

  test("is to be there once Redis has confirmed it, else another server has taken over", () => {
    const owing = beforeWrites(setting(readyState()));
    expect(check(owing, "revocations", 5_000).round).toBe(1);
    const state = afterMarkerSet(owing, "revocations", 4_000);
    expect([owing.owesMarker, state.owesMarker]).toEqual([true, false]);
    expect(check(state, "revocations", 3_999).round).toBe(1);
    expect(check(state, "revocations", 4_000).brokenBy).toBe("history_changed");
    const seen = check(state, "revocations", 4_000, { marker: "mine" });
    expect(seen.streams.revocations).toMatchObject({ marker: "mine", markerSetAt: undefined });
  });

  test("may be seen before Redis has confirmed it", () => {
    const seen = check(setting(readyState()), "revocations", 4_000, { marker: "mine" });
    const state = afterMarkerSet(seen, "revocations", 4_100);
    expect(check(state, "revocations", 5_000, { marker: "mine" })).toMatchObject({ round: 1 });
  });

  test("of the other stream tells nothing of what was written", () => {
    const state = beforeMarker(beforeWrites(readyState()), "delegations", "mine");
    expect(afterMarkerSet(state, "delegations", 4_000).owesMarker).toBe(true);
  });

  test("is the first one while the keys are read; one of somebody else's is not", () => {
    const unmarked = { marker: undefined };
    let state = check(readyState(), "delegations", 5_000, unmarked);
    state = setting(afterSnapshotBegan(checkBoth(state, 5_100, unmarked)));
    expect(check(state, "revocations", 6_000, unmarked).round).toBe(2);
    expect(check(state, "revocations", 6_000, { marker: "mine" }).round).toBe(2);
    expect(check(state, "revocations", 6_000, { marker: "other" })).toMatchObject({
      round: 3,
      brokenBy: "history_changed",
    });
  });

  test("that was refused is not waited for", () => {
    const state = afterMarkerRefused(setting(readyState()), "revocations");
    expect(check(state, "revocations", 2_000).round).toBe(1);
    expect(check(state, "revocations", 2_000, { marker: "mine" }).brokenBy).toBe("history_changed");
  });
});

describe("entries that are removed from the stream", () => {
  const held = { entriesAdded: 5, length: 5, lastGeneratedId: "5-0", firstAgeMs: 100 };
  let state = checkBoth(INITIAL_STATE, 1_000, { ...held, unread: 5 });
  state = afterSnapshot(afterSnapshotBegan(state), state.round, 1_600);
  const before = checkBoth(state, 3_100, held);
  const remove = (answer: Answer) => check(before, "revocations", 4_000, { ...held, ...answer });

  test("so young that perhaps no key holds them yet have the keys compared", () => {
    expect(nextTask(before, 4_010, PACE)).toBeUndefined();
    for (const answer of [
      { length: 0, firstAgeMs: undefined },
      { length: 4, firstAgeMs: 59_999 },
    ]) {
      expect(nextTask(remove(answer), 4_010, PACE)).toBe("reconcile");
      expect(readinessOf(remove(answer), PACE)).toMatchObject({ until: 8_100 });
    }
    expect(nextTask(remove({ length: 4, firstAgeMs: 60_000 }), 4_010, PACE)).toBeUndefined();
  });

  test("again have them compared again, after a pause", () => {
    const removed = remove({ length: 3 });
    expect(check(removed, "revocations", 5_000, { ...held, length: 2 }).reconcileFrom).toBe(4_010);
    const compared = afterReconcileBegan(removed, 4_100);
    expect(nextTask(compared, 9_999, PACE)).toBeUndefined();
    const same = check(compared, "revocations", 5_000, { ...held, length: 3 });
    expect(nextTask(same, 99_999, PACE)).toBeUndefined();
    const again = check(compared, "revocations", 5_000, { ...held, length: 2 });
    expect(nextTask(again, 9_099, PACE)).toBeUndefined();
    expect(nextTask(again, 9_100, PACE)).toBe("reconcile");
    const later = check(compared, "revocations", 50_000, { ...held, length: 2 });
    expect(nextTask(later, 50_010, PACE)).toBe("reconcile");
  });

  test("are compared again where that has failed, after a pause, and not in another round", () => {
    const compared = afterReconcileBegan(remove({ length: 3 }), 4_100);
    const failed = afterReconcileFailed(compared, compared.round, 4_500, PACE);
    expect(nextTask(failed, 9_099, PACE)).toBeUndefined();
    expect(nextTask(failed, 9_100, PACE)).toBe("reconcile");
    expect(afterReconcileFailed(compared, compared.round - 1, 4_500, PACE)).toBe(compared);
  });
});

describe("a revocation that found no room", () => {
  const full = afterFull(readyState(), 2_000, PACE);

  test("makes the replica not ready at once, and is tried again after a while", () => {
    expect(problem(full)).toBe("full");
    expect(nextTask(full, 11_999, PACE)).toBeUndefined();
    expect(nextTask(full, 12_000, PACE)).toBe("retry");
    expect(isWaitingForProof(full, 12_000, PACE)).toBe(false);
  });

  test("puts off the next try no further where there are more of them", () => {
    expect(afterFull(full, 9_000, PACE)).toBe(full);
  });

  test("is followed by a new round", () => {
    const state = afterFullRetry(full, 12_000, PACE);
    expect(state).toMatchObject({ round: 2, brokenBy: "full" });
    expect(problem(state)).toBe("synchronising");
  });
});
