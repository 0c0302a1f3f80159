import type { IncomingMessage } from "node:http";
import type { MandateVerifier, Principal } from "@caracalai/transport-mcp";
import { responseTo } from "./observed-request.js";

/**
 * Ends what is still being sent in answer to a request once its mandate has ended (hazard F6): a GET
 * stream, or the stream of a call under way. The connection is cut as if the client had gone, which
 * whatever serves the request is prepared for; a client that comes back is judged anew.
 *
 * @param onAnswered - called once nothing more is going to be sent
 */
export function endWithMandate(
  request: IncomingMessage,
  verifier: MandateVerifier,
  principal: Principal,
  onAnswered: () => void,
): void {
  const response = responseTo(request);
  if (response === undefined || response.closed) {
    onAnswered();
    return;
  }
  const stop = verifier.watch(principal, () => response.destroy());
  response.once("close", () => {
    stop();
    onAnswered();
  });
}
