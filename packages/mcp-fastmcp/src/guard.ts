import type { MandateError, MandateVerifier } from "@caracalai/transport-mcp";
import type { ProtectedItems } from "./protected-items.js";
import type { Sessions } from "./sessions.js";

/** Everything that protects one server. */
export interface Guard {
  readonly verifier: MandateVerifier;
  readonly items: ProtectedItems;
  readonly sessions: Sessions;
  /** Whether the legacy SSE transport is served. */
  readonly legacySse: boolean;
  /** The mandate of a process whose transport carries none; undefined where there is none. */
  readonly processMandate: (() => Promise<string | MandateError>) | undefined;
  /** Whether a server that this guards was started, and of a copy of FastMCP that is known. */
  isServing: boolean;
}
