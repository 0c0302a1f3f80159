#!/usr/bin/env node
import process from "node:process";
import { startDevSts } from "./dev-sts.js";
import { mintEndpoint } from "./mint-endpoint.js";
import type { ResolvedOptions } from "./options.js";
import { readEnvironment } from "./read-environment.js";

const wrongConfiguration = 2;
const notStarted = 1;

function configured(): ResolvedOptions {
  if (process.argv.length > 2) {
    throw new TypeError(
      "takes no arguments, but CARACAL_DEV_STS_PORT, _ZONES, _AUDIENCE and _APPLICATIONS",
    );
  }
  return readEnvironment(process.env);
}

function fail(error: unknown, exitCode: number): never {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  process.stderr.write(`caracal-dev-sts: ${line}\n`);
  process.exit(exitCode);
}

async function run(options: ResolvedOptions): Promise<void> {
  const sts = await startDevSts(options, (issuing) => [mintEndpoint(issuing)]);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void sts.close());
  process.stdout.write(`${JSON.stringify({ ready: true, issuer: sts.issuer })}\n`);
}

let options: ResolvedOptions;
try {
  options = configured();
} catch (error) {
  fail(error, wrongConfiguration);
}
await run(options).catch((error: unknown) => fail(error, notStarted));
