import { type ChildProcessByStdio, spawn } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import type { DevSts } from "@caracalai/dev-sts";
import { cleanUp } from "./clean-up.js";
import { AUDIENCE } from "./start-sts.js";
import { type Command, QUICK_COMMAND } from "./under-test.js";

/** Environment variables; one that is undefined is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a server ended, and all that it wrote. */
export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A server that said it is ready. */
export interface RunningServer {
  readonly url: string;
  /** Ends it, and waits until it has. */
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<Exit>;
}

/** Variables for a server that accepts mandates of all zones of an STS. */
export function environmentOf({ issuer, zones }: DevSts): Environment {
  return {
    CARACAL_ISSUER: issuer,
    CARACAL_AUDIENCE: AUDIENCE,
    CARACAL_ZONE_ID: zones.join(","),
  };
}

/** Starts a server and waits until it is ready. Rejects where it ends instead. */
export async function startServer(
  environment: Environment,
  command: Command = QUICK_COMMAND,
): Promise<RunningServer> {
  const { child, exit } = launch(environment, command);
  const line = await Promise.race([
    firstLine(child.stdout),
    exit.then(({ stderr }) => Promise.reject(new Error(`The server ended: ${stderr}`))),
  ]);
  const { url } = JSON.parse(line) as { readonly url: string };
  return {
    url,
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return exit;
    },
  };
}

/** Runs a server that ends by itself. */
export function runServer(environment: Environment): Promise<Exit> {
  return launch(environment, QUICK_COMMAND).exit;
}

function launch(environment: Environment, [program, ...args]: Command) {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = endOf(child);
  cleanUp(() => {
    child.kill("SIGKILL");
    return exit;
  });
  return { child, exit };
}

function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Exit> {
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const chunks: string[] = [];
    stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
    return () => chunks.join("");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout: stdout?.() ?? "", stderr: stderr?.() ?? "" });
    });
  });
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let read = "";
    stream.on("data", (chunk: string) => {
      read += chunk;
      const end = read.indexOf("\n");
      if (end >= 0) resolve(read.slice(0, end));
    });
  });
}
