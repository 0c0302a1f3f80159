import { createDevSts } from "@caracalai/dev-sts";
import { cases } from "./cases.js";
import { Revocations } from "./revocations.js";
import { startServer } from "./start-server.js";

const AUDIENCE = "https://mcp.example.com";
const ZONE = "zone_demo";
// Much shorter than in production, so that an outage can be watched to its end.
const keyMaxAgeMs = 5_000;

// FastMCP and its transport log every session; the table is what is to be seen.
const print = console.log.bind(console);
console.log = console.info = console.warn = console.error = () => {};

// Usage: main.js [PYTHON], an interpreter that has the packages: then it is the server in Python.
const [python] = process.argv.slice(2);

const revocations = new Revocations();
const sts = await createDevSts({ zones: [ZONE], audience: AUDIENCE, revocations, announce: print });
const setting = { sts, audience: AUDIENCE, revocations, python };
const server = await startServer(setting);
const forgetful = await startServer({ ...setting, keyMaxAgeMs });
const stage = { sts, url: server.url, forgetfulUrl: forgetful.url, keyMaxAgeMs };
print(`STS:          ${sts.issuer}\nnotes server: ${server.url}\n`);

let different = 0;
for (const { name, expected, run } of cases) {
  const happened = await run(stage).catch((error: unknown) => `failed: ${String(error)}`);
  const isAsExpected = happened === expected;
  if (!isAsExpected) different += 1;
  print(`${isAsExpected ? "as expected" : "DIFFERENT  "}  ${name}`);
  print(`             expected  ${expected}`);
  print(`             happened  ${happened}`);
}

await Promise.all([server.stop(), forgetful.stop()]);
await sts.close();
print(`\n${cases.length - different} of ${cases.length} as expected`);
process.exitCode = different === 0 ? 0 : 1;
