import { accepts, type Contender } from "./contender.js";
import { createOurs, digestAlone, floor, ours } from "./ours.js";
import { peers } from "./peers.js";
import { mintDelegated, mintUsual, type Setting } from "./setting.js";
import { startStores } from "./stores.js";
import type { Entry } from "./timing.js";

/** One table: the floor first, then who is compared on it. */
export interface Axis {
  readonly name: string;
  /** What is presented, in a sentence or two. */
  readonly about: string;
  readonly entries: readonly Entry[];
  /** Ends what was started for it. */
  readonly close?: () => Promise<void>;
}

/** How often a contender is called in a cycle. */
const CALLS = 100;

/** Known mandates are over so soon that it takes more of them to be told from the clock. */
const KNOWN_CALLS = 1_000;

type Tokens = readonly string[];

/** The next tokens of a list, from its start again at its end. */
function turns(tokens: Tokens, calls: number): Entry["tokensOf"] {
  return (cycle) =>
    Array.from({ length: calls }, (_, at) => tokens[(cycle * calls + at) % tokens.length] ?? "");
}

function entriesOf(
  contenders: readonly Contender[],
  tokens: Tokens,
  callsOf: (contender: Contender) => number = () => CALLS,
): readonly Entry[] {
  return contenders.map((contender) => ({
    name: contender.name,
    contender,
    tokensOf: turns(tokens, callsOf(contender)),
  }));
}

/** Those that know a mandate again. */
const callsOfKnown = ({ name }: Contender) => (/^ours$|cache$/.test(name) ? KNOWN_CALLS : CALLS);

/** Each token is presented once to each contender. */
export async function newMandates(setting: Setting, cycles: number): Promise<Axis> {
  const contenders = [
    floor(setting),
    ours("ours", await createOurs(setting)),
    ours("ours, nothing remembered", await createOurs(setting, { verifiedMandates: false })),
    ...(await peers(setting)),
  ];
  const tokens = mintUsual(setting, CALLS * (cycles + Math.ceil(cycles / 5)));
  return {
    name: "A mandate never seen",
    about: `Mandates of agents, ${tokens[0]?.length} characters, three anchors, each presented once.`,
    entries: entriesOf(contenders, tokens),
  };
}

/** The same few mandates again and again. */
export async function knownMandates(setting: Setting, count: number): Promise<Axis> {
  const contenders = [
    floor(setting),
    ours("ours", await createOurs(setting)),
    ...(await peers(setting)),
  ];
  const tokens = mintUsual(setting, count);
  return {
    name: count === 1 ? "A mandate seen before" : `${count} mandates in turn`,
    about:
      "Clock, authority and all three anchors are checked each time; peers check no revocation.",
    entries: entriesOf(contenders, tokens, callsOfKnown),
  };
}

/** More mandates than are remembered by default, in turn: each is forgotten before it comes again. */
export async function manyMandates(setting: Setting, count: number): Promise<Axis> {
  const room = { maxEntries: count, maxBytes: 2 ** 32 };
  const [, fastJwt] = await peers(setting);
  const contenders = [
    floor(setting),
    ours("ours", await createOurs(setting)),
    ours("ours, room for all", await createOurs(setting, { verifiedMandates: room })),
    ours("ours, nothing remembered", await createOurs(setting, { verifiedMandates: false })),
    ...(fastJwt === undefined ? [] : [fastJwt]),
  ];
  const tokens = mintUsual(setting, count);
  for (const contender of contenders.slice(1)) {
    for (const token of tokens) await contender.prepare(token)();
  }
  return {
    name: `${count.toLocaleString("en")} mandates in turn`,
    about: "Each was presented once before; room is for 10,000 unless it says otherwise.",
    entries: entriesOf(contenders, tokens),
  };
}

/** Authority that was passed on once, and ten times. */
export async function chains(setting: Setting, cycles: number): Promise<Axis> {
  const entries: Entry[] = [];
  for (const hops of [1, 10]) {
    const tokens = mintDelegated(setting, hops, CALLS * (cycles + Math.ceil(cycles / 5)));
    const label = `${hops} ${hops === 1 ? "hop" : "hops"}, ${tokens[0]?.length} characters`;
    const verifier = await createOurs(setting, { requireChainIntegrity: true });
    entries.push(
      ...entriesOf([floor(setting, `floor, ${label}`), ours(`new, ${label}`, verifier)], tokens),
      ...entriesOf(
        [ours(`known, ${label}`, verifier), digestAlone(`its digest alone, ${label}`)],
        tokens.slice(0, 1),
        () => KNOWN_CALLS,
      ),
    );
  }
  return {
    name: "Delegation chains",
    about:
      "Four anchors and the epoch; chain integrity is required. Held against the floor of 1 hop. A known mandate is known by the SHA-256 of its whole token, so none can be faster than that.",
    entries,
  };
}

/** Where revocations are looked up. Over Redis that is a round trip, in which others can go on. */
export async function stores(setting: Setting, cycles: number): Promise<Axis> {
  const fresh = mintUsual(setting, CALLS * (cycles + Math.ceil(cycles / 5)));
  const known = mintUsual(setting, 1);
  const entries = [...entriesOf([floor(setting)], known)];
  // Not before all is minted: a replica that is kept from reading for long does not answer.
  const { byName, close } = await startStores();
  for (const [store, revocations] of Object.entries(byName)) {
    for (const atOnce of store === "Redis" ? [1, 50] : [1]) {
      const label = atOnce === 1 ? store : `${store}, ${atOnce} under way`;
      const verifier = await createOurs(setting, { revocations, revocationTimeoutMs: 10_000 });
      const own = [
        ...entriesOf([ours(`new, ${label}`, verifier)], fresh),
        ...entriesOf([ours(`known, ${label}`, verifier)], known),
      ];
      entries.push(...own.map((entry) => ({ ...entry, atOnce })));
    }
  }
  return {
    name: "Revocation stores",
    about:
      "10,000 other anchors are revoked in each. Redis is on this machine, and its own processor time is not counted. Where 50 are under way, single calls wait for one another.",
    entries,
    close,
  };
}

/** What is refused, by whom, and what it costs. */
export async function refusals(setting: Setting): Promise<Axis> {
  const { sts } = setting;
  const now = Math.floor(Date.now() / 1_000);
  const kinds: readonly (readonly [string, string])[] = [
    ["another algorithm", sts.mint({}, { header: { alg: "HS256" } })],
    ["wrong signature", sts.mint({ scope: "notes:read" }, { tamper: "signature" })],
    ["another audience", sts.mint({ aud: ["https://other.example.com"] })],
    ["expired", sts.mint({ iat: now - 900, exp: now - 60 })],
  ];
  const contenders = [ours("ours", await createOurs(setting)), ...(await peers(setting))];
  const entries: Entry[] = [
    ...entriesOf([floor(setting)], mintUsual(setting, 1)),
    ...kinds.flatMap(([kind, token]) =>
      entriesOf(contenders, [token]).map((entry) => ({ ...entry, name: `${kind}: ${entry.name}` })),
    ),
  ];
  return {
    name: "Refusals",
    about: "How many times a signature's cost fits into a refusal's: the higher, the cheaper.",
    entries,
  };
}

/** A benchmark of anything but what it says would be worse than none. */
export async function assertOutcomes({ name, entries }: Axis, isAccepted: boolean): Promise<void> {
  for (const { name: entry, contender, tokensOf } of entries) {
    const [token = ""] = tokensOf(0);
    const isRight = (await accepts(contender, token)) === isAccepted;
    if (!isRight) throw new Error(`${name}, ${entry}: ${isAccepted ? "refused" : "accepted"}`);
  }
}
