import { vi } from "vitest";
import { type Fields, openStream, type Stream } from "./http.js";
import { type Reply, repliesIn } from "./messages.js";
import { bearer } from "./post.js";

const ENDPOINT = /^event: endpoint\ndata: (.+)$/m;
const WAIT = { timeout: 5_000, interval: 5 };

/** A session of the legacy SSE transport. */
export interface LegacySession {
  readonly stream: Stream;
  /** Where its messages are posted. */
  readonly url: string;
  /** Everything that came in by now. */
  replies(): Reply[];
  /** What came in for a request, once it is there. */
  replyTo(id: number): Promise<Reply>;
}

/** Opens one. It ends when its stream is closed. */
export async function openLegacySse(
  origin: string,
  token: string,
  headers: Fields = {},
): Promise<LegacySession> {
  const stream = await openStream(`${origin}/sse`, {
    headers: { accept: "text/event-stream", ...bearer(token), ...headers },
  });
  const endpoint = await vi.waitUntil(() => ENDPOINT.exec(stream.text())?.[1], WAIT);
  const replies = () => repliesIn(stream.text().replace(ENDPOINT, ""));
  return {
    stream,
    url: `${origin}${endpoint}`,
    replies,
    replyTo: (id) => vi.waitUntil(() => replies().find((reply) => reply.id === id), WAIT),
  };
}
