import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** Connections that are kept open, each with one call under way at the most. */
export const CONNECTIONS = 8;

const HEADERS = {
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
  "mcp-protocol-version": "2025-06-18",
} as const;

interface Answer {
  readonly status: number | undefined;
  readonly sessionId: string | undefined;
  readonly body: string;
}

/** An MCP client as far as it is needed here: less of the machine goes into it than into the server. */
export class Caller {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #sessionId: string | undefined;
  #messages = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Opens the session that calls belong to, where the server has any. */
  async open(token: string | undefined): Promise<void> {
    const { status, sessionId, body } = await this.#post(token, "initialize", {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "bench", version: "0" },
    });
    if (status !== 200) throw new Error(`initialize: ${status} ${body}`);
    this.#sessionId = sessionId;
    await this.#post(token, "notifications/initialized");
  }

  /** Calls the tool. Anything but its result is an error. */
  async call(token: string | undefined): Promise<void> {
    const { status, body } = await this.#post(token, "tools/call", {
      name: "read_notes",
      arguments: {},
    });
    if (status !== 200 || !body.includes("Water the plants")) {
      throw new Error(`tools/call: ${status} ${body}`);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(token: string | undefined, method: string, params?: object): Promise<Answer> {
    const outgoing = request(this.#url, {
      method: "POST",
      agent: this.#agent,
      timeout: 30_000,
      headers: {
        ...HEADERS,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(this.#sessionId !== undefined && { "mcp-session-id": this.#sessionId }),
      },
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("No answer in 30 seconds")));
    this.#messages += 1;
    // What is under way in one session is told apart by it.
    const id = method.startsWith("notifications/") ? undefined : this.#messages;
    outgoing.end(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    const sessionId = response.headers["mcp-session-id"];
    return {
      status: response.statusCode,
      sessionId: typeof sessionId === "string" ? sessionId : undefined,
      body: await text(response),
    };
  }
}
