import { fileURLToPath } from "node:url";
import { createDevSts, type DevSts } from "@caracalai/dev-sts";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanUp } from "../../examples/notes-server/test/support/clean-up.js";
import { runFile, untilListening } from "../../packages/mcp-fastmcp/test/support/module-process.js";
import { type Installed, installOnNode22 } from "../install-on-node-22.js";
import { freePort } from "../test-support/free-port.js";
import { type Check, type Results, runSuite } from "./run-suite.js";
import { startMandateProxy } from "./start-mandate-proxy.js";
import { writeReport } from "./write-report.js";

const SERVER = fileURLToPath(new URL("dist/main.js", import.meta.url));
const PAGE = "../../docs/conformance.md";
const AUDIENCE = "https://mcp.example.com";
const modes = ["stateful", "stateless"] as const;

type Mode = (typeof modes)[number];

/** What the suite says of one server without protection, and of the same one with it. */
interface Pair {
  readonly unprotected: Results;
  readonly protected: Results;
  /** What the protected server says to who comes without a mandate. */
  readonly withoutMandate: number;
}

let suite: Installed;
let pairs: Readonly<Record<Mode, Pair>>;

beforeAll(async () => {
  suite = await installOnNode22(new URL("./", import.meta.url));
  const sts = await createDevSts({ audience: AUDIENCE, announce: () => {} });
  cleanUp(() => sts.close());
  const [stateful, stateless] = await Promise.all(modes.map((mode) => runPair(mode, sts)));
  if (stateful === undefined || stateless === undefined) throw new Error("There are two modes");
  pairs = { stateful, stateless };
}, 400_000);

async function runPair(mode: Mode, sts: DevSts): Promise<Pair> {
  const [plain, guarded] = await Promise.all([startServer(mode), startServer(mode, sts)]);
  // A mandate for each request, as of a client that always has a fresh one.
  const proxy = await startMandateProxy(guarded, () => sts.mint());
  cleanUp(() => proxy.close());
  const { status } = await fetch(guarded, { method: "POST" });
  const [unprotected, isProtected] = await Promise.all([
    runSuite(suite, plain),
    runSuite(suite, proxy.url),
  ]);
  return { unprotected, protected: isProtected, withoutMandate: status };
}

async function startServer(mode: Mode, sts?: DevSts): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const caracal = sts && {
    issuer: sts.issuer,
    audience: AUDIENCE,
    zoneId: sts.zones,
    requiredScopes: ["mcp:tool:call"],
  };
  const environment = {
    PORT: String(port),
    STATELESS: mode === "stateless" ? "1" : "0",
    ...(caracal && { CARACAL: JSON.stringify(caracal) }),
  };
  const { child, ended } = runFile(SERVER, environment, [], () => {});
  cleanUp(() => {
    child.kill("SIGKILL");
    return ended;
  });
  await untilListening(url);
  return url;
}

const countOf = (results: Results, status: Check["status"]): number =>
  [...results.values()].flat().filter((check) => check.status === status).length;

describe.each(modes)("%s", (mode) => {
  test("every scenario ran, and far more passed than failed", () => {
    const { unprotected } = pairs[mode];
    expect(unprotected.size).toBe(32);
    expect(countOf(unprotected, "SUCCESS")).toBeGreaterThan(25);
    expect(countOf(unprotected, "FAILURE")).toBeLessThan(7);
  });

  test("the protected server lets nobody in without a mandate", () => {
    expect(pairs[mode].withoutMandate).toBe(401);
  });

  test("each check says the same with protection as without", () => {
    expect([...pairs[mode].protected]).toStrictEqual([...pairs[mode].unprotected]);
  });
});

test("docs/conformance.md is up to date", async () => {
  const columns = modes.flatMap((mode) => [
    { mode, server: "unprotected", results: pairs[mode].unprotected },
    { mode, server: "protected", results: pairs[mode].protected },
  ]);
  const page = writeReport(columns);
  await expect(page, "make conformance writes it anew").toMatchFileSnapshot(PAGE);
});
