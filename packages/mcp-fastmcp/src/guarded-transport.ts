import { MandateError } from "@caracalai/transport-mcp";
import {
  type CallContext,
  contextOfMessage,
  currentContext,
  isAdmitted,
  runInContext,
} from "./call-context.js";
import { calledItem } from "./called-items.js";
import { type Admission, type Door, legacySseDoor, processDoor, streamDoor } from "./doors.js";
import { opensLegacySse } from "./legacy-sse.js";
import type { Message, OnMessage, Transport } from "./messages.js";
import { refusalOf, unknownTool, visibleResult } from "./replies.js";

/** A session of FastMCP. */
export interface Session {
  close(): Promise<void>;
}

/**
 * A transport that lets a message in only after it was judged, and out only what its caller may see.
 * Every message passes here, on every transport, whichever way its session was opened (hazards F1 to
 * F4, F7, F8).
 *
 * @param opener - the context of what opens the session: an HTTP request, or the start of the server
 */
export function guardTransport(
  session: Session,
  transport: Transport,
  opener: CallContext,
): Transport {
  const { sessions } = opener.guard;
  const isSse = opener.request !== undefined && opensLegacySse(opener.request);
  const door = doorFor(transport, opener, isSse);
  if (isSse) noteOwner(opener);

  /** A session belongs to who opens it. Its id is there before the first answer goes out. */
  function noteOwner({ principal }: CallContext): void {
    const { sessionId } = transport;
    if (principal === undefined || sessionId === undefined) return;
    sessions.open(sessionId, principal, () => void session.close());
  }

  function serve(message: Message, admission: Admission, deliver: () => void): void {
    if (admission === undefined) return;
    if (admission instanceof MandateError) {
      reply(refusalOf(message.id, message.method, admission));
    } else if (isHidden(message, admission)) {
      reply(unknownTool(message));
    } else {
      if (message.method === "initialize") noteOwner(admission);
      runInContext(contextOfMessage(admission, message.method), deliver);
    }
  }

  /** Answers in FastMCP's place. Whoever is gone by now does not hear it. */
  function reply(message: Message | undefined): void {
    if (message !== undefined) transport.send(message).catch(() => {});
  }

  return intercept(transport, {
    onMessage: inOrder(door, serve),
    onSend: (message) => outgoing(message, currentContext()),
    onClose: () => {
      if (transport.sessionId !== undefined) sessions.forget(transport.sessionId);
    },
  });
}

/** Whether a message calls what its definition's own `canAccess` hides from the caller. */
function isHidden(message: Message, { guard, principal }: CallContext): boolean {
  const item = calledItem(message);
  return principal !== undefined && item !== undefined && !guard.items.canAccess(item, principal);
}

function doorFor(transport: Transport, { guard, request }: CallContext, isSse: boolean): Door {
  if (request === undefined) return processDoor(guard);
  return isSse ? legacySseDoor(guard, transport) : streamDoor(guard, transport);
}

type Serve = (message: Message, admission: Admission, deliver: () => void) => void;

/** Messages are served in the order in which they came, however long one takes to be judged. */
function inOrder(door: Door, serve: Serve): (onMessage: OnMessage) => OnMessage {
  let queue: Promise<void> | undefined;
  return (onMessage) => (message, origin) => {
    const admission = door(message, origin);
    const deliver = () => onMessage(message, origin);
    if (!(admission instanceof Promise)) {
      serve(message, admission, deliver);
      return;
    }
    const before = queue;
    queue = admission.then(
      async (admitted) => {
        await before;
        serve(message, admitted, deliver);
      },
      // What can't even be judged, since it is no message, is not answered.
      () => before,
    );
  };
}

/** What may go out: no result of a mandate that ended meanwhile, and in lists what the caller may use. */
function outgoing(message: Message, context: CallContext | undefined): Message {
  const { id, error, result } = message;
  if (error !== undefined) return { ...message, error: withoutNames(error) };
  if (result === undefined || id === undefined || !isAdmitted(context)) return message;
  const { ended, guard, method, principal } = context;
  if (ended.reason !== undefined) return refusalOf(id, method, ended.reason) ?? message;
  const visible = visibleResult(method, result, principal, guard);
  return visible === result ? message : { ...message, result: visible };
}

/** FastMCP answers to a resource that there is none of with the URIs of all that there are. */
function withoutNames<T extends { readonly message: string }>(error: T): T {
  return { ...error, message: error.message.replace(/ Available resources: .*$/s, "") };
}

interface Interceptors {
  readonly onMessage: (onMessage: OnMessage) => OnMessage;
  readonly onSend: (message: Message) => Message;
  readonly onClose: () => void;
}

/** The transport with our hands on what goes in and out; everything else is its own. */
function intercept<T extends Transport>(
  transport: T,
  { onMessage, onSend, onClose }: Interceptors,
): T {
  return new Proxy(transport, {
    get(target, name) {
      if (name === "send") {
        return (message: Message, options?: unknown) => target.send(onSend(message), options);
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set(target, name, value) {
      if (typeof value !== "function") return Reflect.set(target, name, value);
      if (name === "onmessage") return Reflect.set(target, name, onMessage(value as OnMessage));
      if (name !== "onclose") return Reflect.set(target, name, value);
      return Reflect.set(target, name, () => {
        onClose();
        value();
      });
    },
  });
}
