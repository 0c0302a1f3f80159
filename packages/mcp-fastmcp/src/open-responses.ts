import type { IncomingMessage, ServerResponse } from "node:http";
import type { MandateVerifier, Principal } from "@caracalai/transport-mcp";

const responses = new WeakMap<IncomingMessage, ServerResponse>();

/** Notes which response answers a request. */
export function noteResponse(request: IncomingMessage, response: ServerResponse): void {
  responses.set(request, response);
}

/**
 * Ends what is still being sent in answer to a request once its mandate has ended (hazard F6): a GET
 * stream, or the stream of a call under way. The connection is cut as if the client had gone, which
 * whatever serves the request is prepared for; a client that comes back is judged anew.
 */
export function endWithMandate(
  request: IncomingMessage,
  verifier: MandateVerifier,
  principal: Principal,
): void {
  const response = responses.get(request);
  if (response === undefined || response.closed) return;
  const stop = verifier.watch(principal, () => response.destroy());
  response.once("close", stop);
}

/** Calls back once nothing more is going to be sent in answer to a request. */
export function onceAnswered(request: IncomingMessage, callBack: () => void): void {
  const response = responses.get(request);
  if (response === undefined || response.closed) callBack();
  else response.once("close", callBack);
}
