// Run by Node with --expose-gc, on the built packages: prints which parts of a token that was verified,
// and is remembered, are still in memory.
import { getHeapSnapshot } from "node:v8";
import { createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";

const audience = "https://mcp.example.com";
const sts = await createDevSts({ announce: () => {}, audience });
const decisions = [];
const verifier = createMandateVerifier({
  issuer: sts.issuer,
  audience,
  zoneId: "zone_dev",
  revocations: new InMemoryRevocationStore(),
  onDecision: (decision) => decisions.push(decision.cached),
});

/** Text in a form in which a search for the text itself does not find it. */
const hidden = (text) => Buffer.from([...text].reverse().join(""));
const shown = (bytes) => [...bytes.toString()].reverse().join("");

async function verifyTwice() {
  const token = sts.mint({ sub: "user-in-the-principal" });
  for (let time = 0; time < 2; time += 1) {
    const result = await verifier.authenticate(Buffer.from(token).toString());
    if (!result.ok) throw result.error;
  }
  return [...token.split("."), "user-in-the-principal"].map((part) => hidden(part.slice(-40)));
}

const parts = await verifyTwice();
// The engine keeps what a pattern was last matched with.
/nothing/.test("nothing");
for (let time = 0; time < 5; time += 1) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc();
}
let snapshot = "";
for await (const chunk of getHeapSnapshot()) snapshot += chunk;
const found = parts.map((part) => snapshot.includes(shown(part)));
process.stdout.write(JSON.stringify({ decisions, found }));
await sts.close();
