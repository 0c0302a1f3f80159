import type { IncomingMessage } from "node:http";
import {
  type AuthResult,
  challengeResponse,
  type DecisionAbout,
  MandateError,
  type MandateVerifier,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import { authorizationsOf } from "./authorizations.js";
import { type CallContext, noMandate } from "./call-context.js";
import { type CalledItem, calledItems, messagesIn } from "./called-items.js";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";
import type { Guard } from "./guard.js";
import { opensLegacySse } from "./legacy-sse.js";
import { takeBody } from "./observed-request.js";
import { endWithMandate } from "./open-responses.js";
import { NOTHING_FURTHER } from "./protected-items.js";
import { unknownCopyResponse } from "./unknown-copies.js";

/** Puts the question to a verifier: with a header, a token, or a principal. */
export type Ask = (verifier: MandateVerifier, about: DecisionAbout) => Promise<AuthResult>;

/**
 * Judges what serves a context by everything that its items need, in one go, and lets it in.
 *
 * @returns the refusal, or undefined where it was let in
 */
export async function admit(
  context: CallContext,
  items: readonly CalledItem[],
  ask: Ask,
): Promise<MandateError | undefined> {
  const question = questionOf(context.guard, items);
  return settle(context, question, await ask(question.judge, question.about));
}

/** What a context is judged by. */
interface Question {
  readonly routes: readonly Requirements[];
  readonly judge: MandateVerifier;
  readonly about: DecisionAbout;
}

function questionOf(guard: Guard, items: readonly CalledItem[]): Question {
  const routes = routesOf(guard, items);
  const judge = routes.reduce((verifier, route) => verifier.require(route), guard.verifier);
  return { routes, judge, about: new AboutItems(guard, items) };
}

/** @returns the refusal, or undefined where the answer lets the context in */
function settle(
  context: CallContext,
  { routes }: Question,
  result: AuthResult,
): MandateError | undefined {
  if (!result.ok) return result.error;
  context.met.push(NOTHING_FURTHER, ...routes);
  context.principal = result.principal;
  return undefined;
}

/** Each once: a batch may name a tool 100,000 times, before anyone knows who sent it. */
function routesOf({ items }: Guard, called: readonly CalledItem[]): readonly Requirements[] {
  const [first] = called;
  if (first === undefined) return [];
  if (called.length === 1) return items.routesOf(first);
  return [...new Set(called.flatMap((item) => items.routesOf(item)))];
}

/** What a decision is about: looked up when it is asked for, as nobody may want to know. */
class AboutItems implements DecisionAbout {
  readonly #guard: Guard;
  readonly #items: readonly CalledItem[];

  constructor(guard: Guard, items: readonly CalledItem[]) {
    this.#guard = guard;
    this.#items = items;
  }

  get items(): readonly CalledItem[] {
    return this.#guard.items.registered(this.#items);
  }
}

/**
 * Judges an HTTP request and lets it in. What is thrown is its answer, which FastMCP passes on.
 *
 * @param resourceMetadata - where the server's metadata is, for the challenge
 */
export async function admitRequest(
  context: CallContext,
  request: IncomingMessage,
  resourceMetadata: string,
): Promise<Principal> {
  const { guard } = context;
  if (!guard.isServing) throw unknownCopyResponse();
  if (opensLegacySse(request) && !guard.legacySse) throw new Response("Not Found", { status: 404 });
  const authorizations = authorizationsOf(request);
  const body = takeBody(request);

  // Before anyone is known, no more is read than a look tells. For all else, the token comes first.
  const small = body.length > MAX_EARLY_BYTES ? undefined : messagesIn(body);
  const early = small && earlyItems(guard, small);
  const question = questionOf(guard, early ?? []);
  const { judge, about } = question;
  const result = await judge.authorization(authorizations, undefined, about);
  const principal = letIn(context, settle(context, question, result), resourceMetadata);
  const messages = small ?? messagesIn(body);
  if (messages.length > MAX_BATCH) throw badRequest(`A batch has at most ${MAX_BATCH} messages`);
  if (early === undefined) {
    const later = await admit(context, calledItems(messages), (verifier, about) =>
      verifier.recheck(principal, undefined, about),
    );
    letIn(context, later, resourceMetadata);
  }
  const release = requireOwnSession(guard, request, principal, messages);
  endWithMandate(request, guard.verifier, principal, release);
  return principal;
}

/** What is read before anyone is known: as much as a call with ordinary arguments. */
const MAX_EARLY_BYTES = 64 * 1_024;
const MAX_EARLY_MESSAGES = 16;

/** As many as the MCP SDK takes. */
const MAX_BATCH = 100;

/** What a small body calls; undefined where more than a look is needed to tell what that needs. */
function earlyItems(
  { items }: Guard,
  messages: readonly unknown[],
): readonly CalledItem[] | undefined {
  if (messages.length > MAX_EARLY_MESSAGES) return undefined;
  const called = calledItems(messages);
  return called.every((item) => items.isKnown(item)) ? called : undefined;
}

function letIn(
  { principal }: CallContext,
  refusal: MandateError | undefined,
  resourceMetadata: string,
): Principal {
  if (refusal === undefined && principal !== undefined) return principal;
  throw challengeResponse(refusal ?? noMandate(), { resourceMetadata });
}

/** Tells the operator at start, in FastMCP's log, what every call over stdio will come to. */
export async function verifyProcess({ verifier, processMandate }: Guard): Promise<Principal> {
  const told = (await processMandate?.()) ?? noMandate();
  if (told instanceof MandateError) throw new FastMcpAuthError(told);
  const result = await verifier.authenticate(told);
  if (!result.ok) throw new FastMcpAuthError(result.error);
  return result.principal;
}

/**
 * Hazard F1: a session is told from none at all only to the one who opened it. Of one caller's
 * mandates, too, none is given what another asked for: the MCP SDK answers by the request's id alone,
 * on the stream that named it last, and replays any stream to whoever names an event of it.
 *
 * @returns what is to be called once the request was answered
 */
function requireOwnSession(
  guard: Guard,
  request: IncomingMessage,
  principal: Principal,
  messages: readonly unknown[],
): () => void {
  const sessionId = request.headers["mcp-session-id"];
  if (typeof sessionId !== "string") return noRelease;
  const { sessions } = guard;
  if (sessions.isForeign(sessionId, principal)) throw sessionNotFound();
  sessions.touch(sessionId);
  if (request.headers["last-event-id"] !== undefined && !sessions.mayResume(sessionId, principal)) {
    throw badRequest("The session was used with different authority: its streams can't be resumed");
  }
  const ids = requestIdsIn(messages);
  if (ids.length === 0) return noRelease;
  const release = sessions.begin(sessionId, principal, ids);
  if (release === undefined) throw badRequest("A request with this id is under way");
  return release;
}

function noRelease(): void {}

function requestIdsIn(messages: readonly unknown[]): readonly unknown[] {
  const ids: unknown[] = [];
  for (const message of messages) {
    const { id, method } = Object(message) as { id?: unknown; method?: unknown };
    if (id !== undefined && method !== undefined) ids.push(id);
  }
  return ids;
}

/** What the MCP SDK answers to a request that it can't serve. */
function badRequest(message: string): Response {
  const error = { code: -32_600, message };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 400 });
}

/**
 * The same answer as FastMCP's to a session that there is none of, to the letter: a Response would
 * write the name of its header small, and so tell whoever guesses at sessions which of them exist.
 */
function sessionNotFound(): Response {
  const error = { code: -32_001, message: "Session not found" };
  const answer = new Response(JSON.stringify({ error, id: null, jsonrpc: "2.0" }), {
    status: 404,
    statusText: "Not Found",
  });
  const headers = new Map([["Content-Type", "application/json"]]);
  return Object.defineProperty(answer, "headers", { value: headers });
}
