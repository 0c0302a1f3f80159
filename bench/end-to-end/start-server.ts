import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Part } from "./profile-parts.js";
import type { Question, ServerSaid, ServerSetting } from "./server-process.js";

/** A server that is listening. */
export interface Server {
  readonly url: string;
  /** How much it has worked so far, in microseconds of processor time. */
  processorMicros(): Promise<number>;
  /** Profiles it while something runs: which share of its busy time each part has. */
  profile(run: () => Promise<unknown>): Promise<Readonly<Partial<Record<Part, number>>>>;
  stop(): Promise<void>;
}

const path = fileURLToPath(new URL("server-process.js", import.meta.url));

/** Starts a server in a process of its own. */
export async function startServer(setting: ServerSetting): Promise<Server> {
  const child = fork(path);
  const ended = once(child, "exit");
  const ask = async (question: ServerSetting | Question): Promise<ServerSaid> => {
    const answered = once(child, "message").then(([said]) => said as ServerSaid);
    child.send(question);
    return Promise.race([answered, ended.then(hasEnded)]);
  };
  const { url } = (await ask(setting)) as { readonly url: string };
  return {
    url,
    processorMicros: async () => {
      const said = (await ask("usage")) as { readonly processorMicros: number };
      return said.processorMicros;
    },
    profile: async (run) => {
      await ask("start-profile");
      await run();
      const said = (await ask("stop-profile")) as Extract<ServerSaid, { readonly shares: object }>;
      return said.shares;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

function hasEnded([code]: readonly unknown[]): never {
  throw new Error(`The server ended with ${code}`);
}
