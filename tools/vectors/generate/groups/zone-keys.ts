import { accept, refuse, type ServedKeySet, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import type { KeyName } from "../keys.js";
import { USER } from "../mandates.js";
import { say } from "./header-json.js";

type KeySets = Readonly<Record<string, ServedKeySet>>;

export const ALL_ZONES: KeySets = { "zone-1": "zone-1", "zone-2": "zone-2", "zone-3": "zone-3" };
const SHARED: KeySets = { "zone-1": "shared-1", "zone-2": "shared-2" };
const SECOND_DOWN: KeySets = { "zone-1": "zone-1" };

const ONE = "zone-1";
const TWO = ["zone-1", "zone-2"];
const REVERSED = ["zone-2", "zone-1"];
const THREE = ["zone-1", "zone-2", "zone-3"];

const OK = "ok";
const ZONE = "invalid_zone/zone";
const KEY = "invalid_token/key";
const SIGNATURE = "invalid_token/signature";
const CLAIM = "invalid_token/claim";
const AWAY = "verification_unavailable/jwks_unavailable";

/** Which zones are configured, which one the token names, which key signed it, under which key id. */
type Row = readonly [
  slug: string,
  zoneId: string | readonly string[],
  claimed: unknown,
  key: KeyName,
  kid: string | undefined,
  verdict: string,
  keySets?: KeySets,
];

const OWN_KID = undefined;

const TABLE: readonly Row[] = [
  ["alone-zone-1", "zone-1", "zone-1", "zone1", OWN_KID, OK],
  ["alone-zone-2", "zone-2", "zone-2", "zone2", OWN_KID, OK],
  ["alone-zone-3", "zone-3", "zone-3", "zone3", OWN_KID, OK],
  ["list-of-one", ["zone-2"], "zone-2", "zone2", OWN_KID, OK],
  ["two-first", TWO, "zone-1", "zone1", OWN_KID, OK],
  ["two-second", TWO, "zone-2", "zone2", OWN_KID, OK],
  ["two-reversed-first", REVERSED, "zone-1", "zone1", OWN_KID, OK],
  ["two-reversed-second", REVERSED, "zone-2", "zone2", OWN_KID, OK],
  ["three-first", THREE, "zone-1", "zone1", OWN_KID, OK],
  ["three-second", THREE, "zone-2", "zone2", OWN_KID, OK],
  ["three-third", THREE, "zone-3", "zone3", OWN_KID, OK],
  ["other-claimed", ONE, "zone-2", "zone1", OWN_KID, ZONE],
  ["other-key", ONE, "zone-1", "zone2", OWN_KID, KEY],
  ["other-key-our-kid", ONE, "zone-1", "zone2", "zone-1-key", SIGNATURE],
  ["other-zone", ONE, "zone-2", "zone2", OWN_KID, KEY],
  ["missing", ONE, undefined, "zone1", OWN_KID, ZONE],
  ["two-first-claimed-second-signed", TWO, "zone-1", "zone2", OWN_KID, KEY],
  ["two-second-claimed-first-signed", TWO, "zone-2", "zone1", OWN_KID, KEY],
  ["two-first-kid-second-signed", TWO, "zone-1", "zone2", "zone-1-key", SIGNATURE],
  ["two-second-kid-first-signed", TWO, "zone-2", "zone1", "zone-2-key", SIGNATURE],
  ["two-third-zone", TWO, "zone-3", "zone3", OWN_KID, KEY],
  ["two-third-claimed-first-signed", TWO, "zone-3", "zone1", OWN_KID, ZONE],
  ["two-third-claimed-second-signed", TWO, "zone-3", "zone2", OWN_KID, ZONE],
  ["two-missing-first-signed", TWO, undefined, "zone1", OWN_KID, ZONE],
  ["two-missing-second-signed", TWO, undefined, "zone2", OWN_KID, ZONE],
  ["two-missing-no-key", TWO, undefined, "zone1", "other", KEY],
  ["two-missing-forged", TWO, undefined, "attacker", OWN_KID, SIGNATURE],
  ["two-list-claimed", TWO, ["zone-1"], "zone1", OWN_KID, CLAIM],
  ["two-empty-claimed", TWO, "", "zone2", OWN_KID, CLAIM],
  ["shared-kid-first", TWO, "zone-1", "shared1", OWN_KID, OK, SHARED],
  ["shared-kid-second", TWO, "zone-2", "shared2", OWN_KID, OK, SHARED],
  ["shared-kid-wrong-first", TWO, "zone-1", "shared2", OWN_KID, SIGNATURE, SHARED],
  ["shared-kid-wrong-second", TWO, "zone-2", "shared1", OWN_KID, SIGNATURE, SHARED],
  ["one-of-two-down", TWO, "zone-1", "zone1", OWN_KID, OK, SECOND_DOWN],
  ["own-of-two-down", TWO, "zone-2", "zone2", OWN_KID, AWAY, SECOND_DOWN],
  ["no-zone-one-of-two-down", TWO, undefined, "zone2", OWN_KID, AWAY, SECOND_DOWN],
];

export function zoneKeyCases(): VectorCase[] {
  return TABLE.map(([slug, zoneId, claimed, key, kid, verdict, keySets = ALL_ZONES]) => {
    const claims: Members = { ...USER, zone_id: claimed };
    const situation = { config: { zoneId }, keySets, key, ...(kid && { header: { kid } }) };
    return verdict === OK
      ? accept(`zone-${slug}`, `zone: ${say(slug)}`, claims, situation)
      : refuse(`zone-${slug}`, `zone: ${say(slug)}`, verdict, claims, situation);
  });
}
