import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { agentMandate, createDevSts, type DevSts } from "@caracalai/dev-sts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { installNode } from "./install-node.js";
import { runNpm } from "./run-npm.js";

// What users get: the packed tarballs, installed into an empty folder with only their peers.

// Installing from the registry takes as long as the network does.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 400_000 });

const run = promisify(execFile);
const root = fileURLToPath(new URL("../", import.meta.url));
const SNIPPET = join(root, "packages/mcp-fastmcp/test/snippets/seed-verifier.ts");

/** Each published package with the other packages of ours that it brings along. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  identity: [],
  revocation: [],
  "revocation-redis": ["revocation"],
  "transport-mcp": ["identity", "revocation"],
  "mcp-fastmcp": ["transport-mcp", "identity", "revocation"],
  "dev-sts": [],
};

/** Beside the Node.js that runs the tests: the oldest that the README names, and later lines. */
const RUNTIMES = ["20.19.0", "22.23.3", "24.21.0"];

interface Manifest {
  readonly exports: Record<string, unknown>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

let folder: string;
let tarballs: Readonly<Record<string, string>>;
let sts: DevSts;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packed-"));
  tarballs = await packAll();
  sts = await createDevSts({ zones: ["zone_prod"], announce: () => {} });
});

afterAll(async () => {
  await sts?.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(Object.keys(PACKAGES))("%s", (name) => {
  test("holds what it needs and nothing else", async () => {
    const { stdout } = await run("tar", ["-tzf", tarballOf(name)]);
    const files = stdout.trim().split("\n");
    expect(files).toEqual(
      expect.arrayContaining(["package/LICENSE", "package/README.md", "package/dist/index.js"]),
    );
    const foreign = files.filter(
      (file) =>
        !/^package\/(?:LICENSE|README\.md|package\.json|bin\/[a-z-]+\.js|dist\/.+\.(?:js|d\.ts|js\.map))$/.test(
          file,
        ),
    );
    expect(foreign).toEqual([]);
  });

  test("can be imported and type-checked where only its peers are installed", async () => {
    const consumer = await install(name);
    const specifiers = Object.keys((await readManifest(name)).exports).map(
      (path) => `@caracalai/${name}${path.slice(1)}`,
    );
    const imports = specifiers.map((it, index) => `import * as all${index} from "${it}";`);
    const uses = specifiers.map((_, index) => `console.log(Object.keys(all${index}).length > 0);`);
    await writeFile(join(consumer, "consumer.ts"), [...imports, ...uses, ""].join("\n"));
    await typeCheck(consumer, ["consumer.ts"]);
    await run("cp", [join(consumer, "consumer.ts"), join(consumer, "consumer.mjs")]);
    const { stdout } = await run("node", ["consumer.mjs"], { cwd: consumer });
    expect(stdout.trim().split("\n")).toEqual(specifiers.map(() => "true"));
  });
});

test("on Node.js, a key in the cache is verified with synchronously", async () => {
  const consumer = await install("identity");
  const token = sts.mint();
  await writeFile(
    join(consumer, "synchronous.mjs"),
    `import { createKeyCache, verifyMandate } from "@caracalai/identity";
const keys = createKeyCache();
const policy = { issuer: "${sts.issuer}", audience: "https://mcp.example.com", zoneIds: ["zone_prod"],
  clockToleranceSeconds: 60, maxLifetimeSeconds: 3600 };
await keys.warmup(policy.issuer, "zone_prod");
const mandate = verifyMandate("${token}", policy, keys, () => Math.floor(Date.now() / 1000));
console.log(mandate instanceof Promise, mandate.zone_id);
`,
  );
  const { stdout } = await run("node", ["synchronous.mjs"], { cwd: consumer });
  expect(stdout.trim()).toBe("false zone_prod");
});

test("the seed's snippet type-checks and runs from the packed packages, on every Node.js line", async () => {
  const consumer = await install("mcp-fastmcp");
  const snippet = (await readFile(SNIPPET, "utf8")).replace("https://sts.example.com", sts.issuer);
  await writeFile(join(consumer, "snippet.ts"), snippet);
  await writeFile(join(consumer, "request.d.ts"), "declare const request: Request;\n");
  await typeCheck(consumer, ["snippet.ts", "request.d.ts"]);

  await writeFile(join(consumer, "snippet.mjs"), snippet);
  const token = sts.mint(agentMandate({ sub: "user_of_the_snippet" }));
  await writeFile(
    join(consumer, "request.mjs"),
    `globalThis.request = new Request("http://localhost/", { headers: { authorization: "Bearer ${token}" } });\n`,
  );
  const outputs = await Promise.all(
    [process.execPath, ...(await Promise.all(RUNTIMES.map(installNode)))].map((node) =>
      run(node, ["--import", "./request.mjs", "snippet.mjs"], { cwd: consumer }),
    ),
  );
  for (const { stdout } of outputs) {
    expect(stdout.trim()).toBe("user_of_the_snippet zone_prod mcp:tool:call");
  }
});

function tarballOf(name: string): string {
  const path = tarballs[name];
  if (path === undefined) throw new Error(`${name} was not packed`);
  return path;
}

/** All at once: npm takes longer to start than to pack. */
async function packAll(): Promise<typeof tarballs> {
  const names = Object.keys(PACKAGES);
  const folders = names.map((name) => `./packages/${name}`);
  const options = ["--silent", "--ignore-scripts", "--pack-destination", folder];
  const packed = await runNpm(root, ["pack", ...options, ...folders]);
  const files = packed.trim().split("\n");
  expect(files.length).toBe(names.length);
  return Object.fromEntries(names.map((name, index) => [name, join(folder, files[index] ?? "")]));
}

const installed = new Map<string, Promise<string>>();

/** Installs a packed package with its own companions and its peers into an empty folder, once. */
function install(name: string): Promise<string> {
  const running = installed.get(name) ?? installFresh(name);
  installed.set(name, running);
  return running;
}

async function installFresh(name: string): Promise<string> {
  const consumer = await mkdtemp(join(folder, `${name}-`));
  await writeFile(join(consumer, "package.json"), '{ "private": true, "type": "module" }\n');
  const own = [name, ...(PACKAGES[name] ?? [])].map(tarballOf);
  const peers = optionalPeersOf(await readManifest(name));
  const options = ["--silent", "--ignore-scripts", "--no-audit", "--prefer-offline"];
  await runNpm(consumer, ["install", ...options, ...own, ...peers]);
  return consumer;
}

async function readManifest(name: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, "packages", name, "package.json"), "utf8"));
}

/** What users of a package's optional entry points install beside it. */
function optionalPeersOf({
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Manifest): readonly string[] {
  return Object.entries(peerDependencies)
    .filter(([name]) => peerDependenciesMeta[name]?.optional)
    .map(([name, range]) => `${name}@${range}`);
}

/** Strictly, as a user would. Only Node's types are those of this checkout. */
async function typeCheck(consumer: string, files: readonly string[]): Promise<void> {
  const config = {
    compilerOptions: {
      target: "ES2023",
      module: "NodeNext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    },
    files,
  };
  await writeFile(join(consumer, "tsconfig.json"), JSON.stringify(config));
  await run(join(root, "node_modules/.bin/tsc"), ["-p", "."], { cwd: consumer }).catch(
    (error: { stdout?: string }) => {
      throw new Error(`The type check failed:\n${error.stdout ?? ""}`);
    },
  );
}
