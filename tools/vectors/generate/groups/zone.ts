import { accept, refuse, type VectorCase } from "../case.js";
import { prepend } from "../json-text.js";
import { KEYS } from "../keys.js";
import { APPLICATION, delegated, USER } from "../mandates.js";
import { ALL_ZONES, zoneKeyCases } from "./zone-keys.js";

const TWO = ["zone-1", "zone-2"];

/** Names that resemble a configured zone and are not it. */
const SIMILAR = [
  "ZONE-1",
  "zone-1 ",
  " zone-1",
  "zone-1\n",
  "zone",
  "zone-11",
  "zone-1,zone-2",
  "*",
  "__proto__",
  "zone-\u0661",
  "zone-1\u0000",
  "zone%2D1",
];

/** Names of zones that have to be written into a URL and come out the same. */
const UNUSUAL = [
  "a b",
  "a&zone_id=b",
  "a/b",
  "../a",
  "a?b#c",
  "a%20b",
  "a+b",
  "\u00fc\u65e5\u672c-\u{1f600}",
  "__proto__",
  "01900000-0000-7000-8000-000000000001",
];

export function zoneCases(): VectorCase[] {
  return [
    ...zoneKeyCases(),
    ...SIMILAR.flatMap((zone, index) =>
      ["zone-1", TWO].map((zoneId, two) =>
        refuse(
          `zone-similar-${index + 1}-${two === 0 ? "one" : "of-two"}`,
          `zone_id is ${JSON.stringify(zone)}`,
          "invalid_zone/zone",
          { ...USER, zone_id: zone },
          { config: { zoneId }, keySets: ALL_ZONES },
        ),
      ),
    ),
    ...UNUSUAL.flatMap((zone, index) => {
      const keySets = { [zone]: { document: { keys: [KEYS.zone1.jwk] } }, "zone-2": "zone-2" };
      const claims = [USER, APPLICATION, delegated(1)][index % 3] ?? USER;
      return [zone, [zone, "zone-2"]].map((zoneId, two) =>
        accept(
          `zone-unusual-${index + 1}-${two === 0 ? "one" : "of-two"}`,
          `the zone ${JSON.stringify(zone)}`,
          { ...claims, zone_id: zone },
          { config: { zoneId }, keySets },
        ),
      );
    }),
    refuse(
      "zone-twice-in-payload",
      "two zones in one payload name none",
      "invalid_token/payload",
      USER,
      {
        payload: prepend('"zone_id":"zone-2"', USER),
        config: { zoneId: TWO },
        keySets: ALL_ZONES,
      },
    ),
    refuse(
      "zone-unreadable-payload",
      "a payload that is no object names none",
      "invalid_token/payload",
      {},
      {
        payload: '["zone-1"]',
        config: { zoneId: TWO },
        keySets: ALL_ZONES,
      },
    ),
  ];
}
