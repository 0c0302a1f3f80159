import { MandateError } from "@caracalai/transport-mcp";
import { admit } from "./admission.js";
import {
  type AdmittedCall,
  type CallContext,
  currentContext,
  isAdmitted,
  newCallContext,
  noMandate,
} from "./call-context.js";
import { calledItem } from "./called-items.js";
import type { Guard } from "./guard.js";
import type { Message, MessageOrigin, Transport } from "./messages.js";

/** What a door says of a message: the context to serve it in, a refusal, or nothing: no answer. */
export type Admission = CallContext | MandateError | undefined;

/** Judges the messages of one session. Never rejects. */
export type Door = (
  message: Message,
  origin: MessageOrigin | undefined,
) => Admission | Promise<Admission>;

/** Streamable HTTP: the request that a message came with was judged when it came in. */
export function streamDoor(guard: Guard, transport: Transport): Door {
  return () => {
    const context = currentContext();
    if (!isAdmitted(context) || context.guard !== guard || !context.request) return noMandate();
    return isTheirs(transport, context) ? context : undefined;
  };
}

/**
 * Legacy SSE: FastMCP takes messages from anyone (hazard F4), so each is judged by its own header.
 * Answers go to the stream of the one who opened it. What is not shown to come from them gets none: it
 * could answer their own requests in the server's name.
 */
export function legacySseDoor(guard: Guard, transport: Transport): Door {
  return async (message, origin) => {
    const context = newCallContext(guard);
    await admit(context, [], (verifier) => verifier.authorization(authorizationOf(origin)));
    if (!isAdmitted(context) || !isTheirs(transport, context)) return undefined;
    const { principal } = context;
    return (
      (await admit(context, itemsOf(message), (verifier, about) =>
        verifier.recheck(principal, undefined, about),
      )) ?? context
    );
  };
}

/** What a client is answered without a mandate, so that it can be told why nothing else works. */
const WITHOUT_MANDATE: readonly unknown[] = ["initialize", "ping", "notifications/initialized"];

/**
 * Stdio and in memory, where nothing comes with a mandate (hazards F7 and F8): calls are made by the
 * mandate of the process, and verified each time. Where it has none, they are refused.
 */
export function processDoor(guard: Guard): Door {
  const { processMandate } = guard;
  return async (message) => {
    const context = newCallContext(guard);
    if (WITHOUT_MANDATE.includes(message.method)) return context;
    const told = (await processMandate?.()) ?? noMandate();
    const error = await admit(context, itemsOf(message), async (verifier, about) =>
      told instanceof MandateError
        ? verifier.refuse(told, about)
        : verifier.authenticate(told, undefined, about),
    );
    return error ?? context;
  };
}

function isTheirs({ sessionId }: Transport, { guard, principal }: AdmittedCall): boolean {
  return sessionId === undefined || !guard.sessions.isForeign(sessionId, principal);
}

function itemsOf(message: Message) {
  const item = calledItem(message);
  return item === undefined ? [] : [item];
}

/** The header of the request, in the shape of either generation of the MCP SDK. */
function authorizationOf(origin: MessageOrigin | undefined): string | null | undefined {
  if (origin?.request !== undefined) return origin.request.headers.get("authorization");
  const { authorization } = origin?.requestInfo?.headers ?? {};
  return typeof authorization === "string" ? authorization : undefined;
}
