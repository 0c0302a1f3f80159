import { createKeyCache, type KeyCache, type KeyQuery } from "@caracalai/identity";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { type AuthResult, createMandateVerifier, type Principal } from "@caracalai/transport-mcp";
import { expandText, type Text, type Vector } from "./load-vectors.js";

/** What came out. */
export interface Answer {
  readonly outcome: string;
  readonly check: string | undefined;
  readonly principal: Readonly<Record<string, unknown>> | undefined;
}

/** What came out at first and, of the same verifier, twice again; and which questions were put meanwhile. */
export interface Run {
  readonly answer: Answer;
  readonly again: readonly [second: Answer, third: Answer];
  readonly fetched: readonly string[];
  readonly keyLookups: number;
  readonly storeCalls: number;
}

export async function runVector(
  vector: Vector,
  namedKeySets: Readonly<Record<string, object>>,
): Promise<Run> {
  const sts = serve(vector, namedKeySets);
  const keys = counted(createKeyCache({ fetch: sts.fetch, onWarning: () => {} }));
  const store = new CountingStore();
  for (const anchor of vector.revoked ?? []) store.markRevoked(anchor);
  for (const [zone, epoch] of Object.entries(vector.epochs ?? {})) {
    store.markDelegationEpoch(zone, epoch);
  }
  const verifier = createMandateVerifier({
    ...vector.config,
    revocations: store,
    keyCache: keys,
    now: () => vector.now * 1_000,
  });
  const ask = async () =>
    answerOf(
      await (vector.token === undefined
        ? verifier.authorization(expandHeader(vector.authorization))
        : verifier.authenticate(expandText(vector.token))),
    );
  return {
    answer: await ask(),
    again: [await ask(), await ask()],
    fetched: sts.fetched,
    keyLookups: keys.queries.length,
    storeCalls: store.calls,
  };
}

function answerOf(result: AuthResult): Answer {
  return {
    outcome: result.ok ? "ok" : result.error.code,
    check: result.ok ? undefined : result.error.check,
    principal: result.ok ? plain(result.principal) : undefined,
  };
}

/** Where the STS serves the key set of a zone, as the wire format says. */
function keySetUrl(issuer: string, zoneId: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/jwks.json?zone_id=${encodeURIComponent(zoneId)}`;
}

/** The URLs that a case may lead to: of the configured zones, and no other. */
export function allowedUrls({ config }: Vector): readonly string[] {
  return [config.zoneId].flat().map((zoneId) => keySetUrl(config.issuer, zoneId));
}

/** An STS that serves the key sets of a case and notes what it is asked. */
function serve({ config, keySets }: Vector, named: Readonly<Record<string, object>>) {
  const fetched: string[] = [];
  const bodies = new Map(
    Object.entries(keySets).map(([zone, served]) => {
      if (typeof served === "object" && "body" in served) return [zone, served.body];
      const document = typeof served === "string" ? named[served] : served.document;
      if (document === undefined) throw new Error(`keys.json has no key set ${served}`);
      return [zone, JSON.stringify(document)];
    }),
  );
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = String(input);
    fetched.push(url);
    const [zone, body] = [...bodies].find(([name]) => keySetUrl(config.issuer, name) === url) ?? [];
    return zone === undefined ? new Response(null, { status: 404 }) : new Response(body);
  };
  return { fetch, fetched };
}

function counted(cache: KeyCache): KeyCache & { readonly queries: readonly KeyQuery[] } {
  const queries: KeyQuery[] = [];
  const find = (query: KeyQuery) => {
    queries.push(query);
    return cache.find(query);
  };
  return { ...cache, find, queries };
}

class CountingStore extends InMemoryRevocationStore {
  calls = 0;

  override isRevoked(anchor: string): boolean {
    this.calls += 1;
    return super.isRevoked(anchor);
  }

  override currentDelegationEpoch(zoneId: string): number {
    this.calls += 1;
    return super.currentDelegationEpoch(zoneId);
  }
}

function expandHeader(header: Vector["authorization"]): string | readonly string[] | null {
  if (header === null || header === undefined) return null;
  return isList(header) ? header.map(expandText) : expandText(header);
}

function isList(header: Text | readonly Text[]): header is readonly Text[] {
  return Array.isArray(header);
}

/** The documented members, as JSON has them. */
function plain({ mandate: _, agentSessionId, ...members }: Principal): Record<string, unknown> {
  return { ...members, agentSessionId: agentSessionId ?? null };
}
