// Makes sure that tests can start a Redis of their own: redis-server 7.0 or later, or valkey-server.
// Where neither is installed, it installs Debian's package if it may: as root, where there is apt-get.
// No server is started.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

const CANDIDATES = [process.env.REDIS_SERVER, "redis-server", "valkey-server"];
const POLICY = "/usr/sbin/policy-rc.d";

/** The first line of `--version` of the first server there is. */
function findServer() {
  for (const command of CANDIDATES) {
    if (!command) continue;
    try {
      const [version] = execFileSync(command, ["--version"], { encoding: "utf8" }).split("\n");
      return { command, version };
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function install() {
  console.log("No redis-server and no valkey-server: installing Debian's redis-server.");
  // The package starts its service unless a policy forbids it. One that is there already is kept.
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
  try {
    try {
      aptGet("install", "-y", "--no-install-recommends", "redis-server");
    } catch {
      aptGet("update");
      aptGet("install", "-y", "--no-install-recommends", "redis-server");
    }
  } finally {
    if (ownPolicy) rmSync(POLICY);
  }
}

function aptGet(...args) {
  execFileSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 300_000,
  });
}

function fail(reason) {
  console.error(
    `${reason}\nThe tests start their own servers: install redis-server 7.0 or later, or valkey-server` +
      "\n(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or name one in REDIS_SERVER.",
  );
  process.exit(1);
}

let server = findServer();
if (server === undefined && mayInstall()) {
  try {
    install();
  } catch {
    fail("redis-server could not be installed.");
  }
  server = findServer();
}
if (server === undefined) fail("There is no redis-server and no valkey-server.");
else {
  const major = Number(/v=(\d+)/.exec(server.version)?.[1]);
  if (!(major >= 7)) fail(`${server.command} is too old: ${server.version}`);
  console.log(`Tests start ${server.command}: ${server.version.split(" sha=")[0]}`);
}
