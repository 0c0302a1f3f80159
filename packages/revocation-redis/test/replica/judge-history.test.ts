import { describe, expect, test } from "vitest";
import {
  judgeHistory,
  type KnownStream,
  type StreamFacts,
} from "../../src/replica/judge-history.js";

/** Five entries were ever added; all were read. */
const KNOWN: KnownStream = {
  position: { lastId: "50-0", added: 5 },
  runId: "server",
  marker: "marker",
};

/** Nothing has happened since. */
const SAME: StreamFacts = {
  runId: "server",
  marker: "marker",
  evicts: false,
  evictedKeys: 0,
  note: undefined,
  isMadeGood: false,
  gap: undefined,
  lastGeneratedId: "50-0",
  entriesAdded: 5,
  length: 5,
  firstAgeMs: undefined,
  holdsPosition: true,
  unread: 0,
  drained: true,
};

const judge = (facts: Partial<StreamFacts>, known: Partial<KnownStream> = {}) =>
  judgeHistory({ ...KNOWN, ...known }, { ...SAME, ...facts });

describe("a history goes on", () => {
  test.each<[string, Partial<StreamFacts>, Partial<KnownStream>?]>([
    ["where nothing has happened", {}],
    ["where entries came", { lastGeneratedId: "60-0", entriesAdded: 7, length: 7, unread: 2 }],
    [
      "where more came than were given back",
      { lastGeneratedId: "90-0", entriesAdded: 500, length: 500, unread: 100, drained: false },
    ],
    ["where what was read has been trimmed", { length: 0, holdsPosition: false }],
    ["on another server that has the last entry", { runId: "other" }],
    [
      "on another server, where nothing was ever read",
      { runId: "other", entriesAdded: 0, length: 0, lastGeneratedId: "0-0", holdsPosition: false },
      { position: { lastId: "0-0", added: 0 } },
    ],
    [
      "from its beginning, whatever there is",
      { runId: "x", entriesAdded: 3 },
      { position: undefined },
    ],
    ["with a marker that was not known", { marker: "first" }, { marker: undefined }],
    ["without a marker, where none was known", { marker: undefined }, { marker: undefined }],
    ["with the marker that is being set", { marker: "next" }, { pendingMarker: "next" }],
    ["with the marker before that", {}, { pendingMarker: "next" }],
  ])("%s", (_, facts, known) => {
    expect(judge(facts, known)).toBeUndefined();
  });
});

describe("a history does not go on", () => {
  test.each<[string, string, Partial<StreamFacts>, Partial<KnownStream>?]>([
    ["history_lost", "where the marker is gone", { marker: undefined }],
    [
      "history_lost",
      "where the marker is gone while another one is being set",
      { marker: undefined },
      { pendingMarker: "next" },
    ],
    ["history_changed", "where the marker is another one", { marker: "other" }],
    [
      "history_changed",
      "where it is neither the old one nor the one being set",
      { marker: "other" },
      { pendingMarker: "next" },
    ],
    [
      "stream_older",
      "where the stream is gone",
      { lastGeneratedId: "0-0", entriesAdded: 0, length: 0, holdsPosition: false },
    ],
    ["stream_older", "where its highest id is lower", { lastGeneratedId: "49-9" }],
    ["stream_older", "where its highest id is lower by its number", { lastGeneratedId: "49-99" }],
    [
      "stream_older",
      "where fewer were added than are there",
      { lastGeneratedId: "90-0", entriesAdded: 5, length: 5, unread: 2 },
    ],
    [
      "stream_older",
      "where fewer were added than were given back, and there are more",
      { lastGeneratedId: "90-0", entriesAdded: 104, unread: 100, drained: false },
    ],
    [
      "stream_trimmed",
      "where more were added than are there",
      { lastGeneratedId: "90-0", entriesAdded: 8, length: 2, unread: 2 },
    ],
    [
      "stream_trimmed",
      "where one was added and none is there",
      { lastGeneratedId: "60-0", entriesAdded: 6, length: 0, unread: 0 },
    ],
    [
      "server_changed",
      "on another server that lacks the last entry",
      { runId: "other", holdsPosition: false, lastGeneratedId: "70-0" },
    ],
  ])("%s: %s", (reason, _, facts, known) => {
    expect(judge(facts, known)).toBe(reason);
  });
});

test("ids are compared as numbers of 64 bits", () => {
  const known = { position: { lastId: "9007199254740993-18446744073709551614", added: 5 } };
  const last = "9007199254740993-18446744073709551615";
  expect(judge({ lastGeneratedId: last }, known)).toBeUndefined();
  expect(judge({ lastGeneratedId: "9007199254740992-5" }, known)).toBe("stream_older");
  expect(judge({ lastGeneratedId: "9007199254740993-9" }, known)).toBe("stream_older");
});
