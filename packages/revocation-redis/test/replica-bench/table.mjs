// What a million revoked UUIDs cost in memory and in look-ups: in the table of the replica, and in the
// in-memory store. Run with --expose-gc, after `npx tsc -b`.
import { randomUUID } from "node:crypto";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { AnchorTable } from "../../dist/replica/anchor-table.js";

const COUNT = Number(process.env.ENTRIES ?? 1_000_000);
const LOOKUPS = 2_000_000;

const used = () => {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
/** Fresh flat strings, as a server gets them: not those that are held, nor the pieces of a generator. */
const fresh = (text) => Buffer.from(text, "latin1").toString("latin1");
const newAnchors = (count) => Array.from({ length: count }, () => fresh(randomUUID()));
const percentile = (sorted, part) => sorted[Math.floor((sorted.length - 1) * part)];

function fill(name, add, size) {
  const took = new Float64Array(COUNT);
  const before = used();
  for (let index = 0; index < COUNT; index += 1) {
    const anchor = fresh(randomUUID());
    const start = performance.now();
    add(anchor);
    took[index] = performance.now() - start;
  }
  const bytes = used() - before;
  took.sort();
  console.log(
    `${name}: ${(bytes / size()).toFixed(1)} bytes an entry; an insertion took` +
      ` ${(percentile(took, 0.5) * 1e6).toFixed(0)} ns at the median, ${percentile(took, 0.9999).toFixed(3)} ms at 99.99 %, ${percentile(took, 1).toFixed(2)} ms at most`,
  );
}

function look(name, has, known) {
  const unknown = newAnchors(known.length);
  for (const [kind, anchors] of [
    ["revoked", known.map(fresh)],
    ["not revoked", unknown],
  ]) {
    let found = 0;
    const start = performance.now();
    for (let index = 0; index < LOOKUPS; index += 1) {
      if (has(anchors[index % anchors.length])) found += 1;
    }
    const ns = ((performance.now() - start) * 1e6) / LOOKUPS;
    console.log(`${name}: ${ns.toFixed(0)} ns for a look-up of what is ${kind} (${found} found)`);
  }
}

const table = new AnchorTable(COUNT * 1.1, 1);
const expiry = performance.now() + 86_400_000;
fill(
  "table",
  (anchor) => table.add({ anchor, expiry }, false, performance.now()),
  () => table.size,
);
console.log(`table: ${(table.idBytes / table.size).toFixed(1)} bytes an entry in its arrays`);

const store = new InMemoryRevocationStore({ maxEntries: COUNT });
fill(
  "in memory",
  (anchor) => store.markRevoked(anchor),
  () => store.size,
);

const known = newAnchors(100_000);
const small = new AnchorTable(COUNT * 1.1, 1);
for (const anchor of known) small.add({ anchor, expiry }, false, performance.now());
look("table, 100,000 entries", (anchor) => small.has(anchor, performance.now()), known);
for (const anchor of known) table.add({ anchor, expiry }, false, performance.now());
look(`table, ${table.size} entries`, (anchor) => table.has(anchor, performance.now()), known);
