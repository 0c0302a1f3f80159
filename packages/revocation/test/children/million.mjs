// Run by Node with --expose-gc, on the built packages: prints what a revoked UUID takes, in bytes, of a
// million of them.
import { randomUUID } from "node:crypto";
import { AnchorTable, InMemoryRevocationStore } from "@caracalai/revocation";
import { usedMemory } from "../../../../tools/test-support/used-memory.mjs";

const COUNT = 1_000_000;
/** In memory of its own, as text that came over a network. */
const copyOf = (text) => Buffer.from(text, "latin1").toString("latin1");
const anchors = Array.from({ length: COUNT }, () => copyOf(randomUUID()));

/** @param make - gives what revokes an anchor, and what tells whether one is revoked */
async function measure(make) {
  const before = await usedMemory();
  const { revoke, isRevoked } = make();
  for (const anchor of anchors) revoke(copyOf(anchor));
  const bytes = ((await usedMemory()) - before) / COUNT;
  // Until here it is needed, so that nothing of it was collected before it was measured.
  const right = anchors.every(isRevoked) && !isRevoked(randomUUID());
  return { bytes, right };
}

const store = await measure(() => {
  const revocations = new InMemoryRevocationStore();
  return {
    revoke: (anchor) => revocations.markRevoked(anchor),
    isRevoked: (anchor) => revocations.isRevoked(anchor),
  };
});
// What a replica keeps them in, each with a mark.
const replica = await measure(() => {
  const limits = { maxEntries: COUNT, maxTextLength: 64 * COUNT };
  const table = new AnchorTable({ owner: "revocation replica", ...limits });
  return {
    revoke: (anchor) => table.add({ anchor, expiry: 1e9 }, true, 1),
    isRevoked: (anchor) => table.has(anchor, 2),
  };
});
process.stdout.write(JSON.stringify({ store, replica }));
