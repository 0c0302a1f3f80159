import type { Environment } from "./start-server.js";

/** One of the two ways to serve Streamable HTTP. */
export interface Mode {
  readonly mode: "stateful" | "stateless";
  readonly stateless: boolean;
  readonly environment: Environment;
}

/** Whatever is promised is promised in both. */
export const modes: readonly Mode[] = [
  { mode: "stateful", stateless: false, environment: {} },
  { mode: "stateless", stateless: true, environment: { STATELESS: "1" } },
];
