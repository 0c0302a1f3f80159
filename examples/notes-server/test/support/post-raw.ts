import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { type Answer, bodyOf, MCP_HEADERS, type Message, readAnswer } from "./post.js";

/** Sends one message with `Authorization` headers as they are: as many, and of any form. */
export async function postRaw(
  url: string,
  message: Message,
  authorization: readonly string[],
): Promise<Answer> {
  const outgoing = request(url, { method: "POST", headers: MCP_HEADERS, timeout: 30_000 });
  if (authorization.length > 0) outgoing.setHeader("authorization", authorization);
  // A connection that is cut during the answer shows there; what waits for the answer sees the rest.
  outgoing.on("error", () => {});
  outgoing.on("timeout", () => outgoing.destroy(new Error("No answer in 30 seconds")));
  outgoing.end(bodyOf(message));
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  return readAnswer(
    new Response(await text(response), {
      status: response.statusCode ?? 0,
      headers: { "content-type": response.headers["content-type"] ?? "" },
    }),
  );
}
