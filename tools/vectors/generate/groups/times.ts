import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { NOW, USER } from "../mandates.js";
import { say } from "./header-json.js";

type Row = readonly [slug: string, times: Members, verdict: string, config?: Members];

const EXPIRY = "invalid_token/expiry";
const TIME = "invalid_token/time";
const LIFETIME = "invalid_token/lifetime";

/** Seconds around each limit. `exp` has no tolerance; `iat` and `nbf` have one of 60 seconds. */
const TABLE: readonly Row[] = [
  ["exp-in-a-second", { exp: NOW + 1 }, "ok"],
  ["exp-now", { exp: NOW }, EXPIRY],
  ["exp-a-second-ago", { exp: NOW - 1, iat: NOW - 100 }, EXPIRY],
  ["exp-59-seconds-ago", { exp: NOW - 59, iat: NOW - 100 }, EXPIRY],
  ["exp-zero", { exp: 0, iat: 0 }, EXPIRY],
  ["exp-in-milliseconds", { exp: (NOW + 890) * 1_000 }, LIFETIME],
  ["exp-largest", { exp: Number.MAX_SAFE_INTEGER }, LIFETIME],
  ["iat-now", { iat: NOW }, "ok"],
  ["iat-59-seconds-ahead", { iat: NOW + 59 }, "ok"],
  ["iat-60-seconds-ahead", { iat: NOW + 60 }, "ok"],
  ["iat-61-seconds-ahead", { iat: NOW + 61 }, TIME],
  ["iat-a-day-ahead", { iat: NOW + 86_400, exp: NOW + 86_500 }, TIME],
  ["iat-in-milliseconds", { iat: NOW * 1_000 }, TIME],
  ["iat-largest", { iat: Number.MAX_SAFE_INTEGER }, TIME],
  ["iat-zero", { iat: 0 }, LIFETIME],
  ["nbf-now", { nbf: NOW }, "ok"],
  ["nbf-past", { nbf: 0 }, "ok"],
  ["nbf-60-seconds-ahead", { nbf: NOW + 60 }, "ok"],
  ["nbf-61-seconds-ahead", { nbf: NOW + 61 }, TIME],
  ["nbf-largest", { nbf: Number.MAX_SAFE_INTEGER }, TIME],
  ["nbf-before-iat", { nbf: NOW - 100, iat: NOW - 10 }, "ok"],
  ["nbf-after-exp-within-tolerance", { nbf: NOW + 30, exp: NOW + 10 }, "ok"],
  ["iat-is-exp", { iat: NOW + 30, exp: NOW + 30 }, "ok"],
  ["iat-after-exp", { iat: NOW + 31, exp: NOW + 30 }, TIME],
  ["iat-after-exp-within-tolerance", { iat: NOW + 60, exp: NOW + 1 }, TIME],
  ["lifetime-3600", { iat: NOW - 10, exp: NOW + 3_590 }, "ok"],
  ["lifetime-3601", { iat: NOW - 10, exp: NOW + 3_591 }, LIFETIME],
  ["lifetime-3600-last-second", { iat: NOW - 3_599, exp: NOW + 1 }, "ok"],
  ["lifetime-3601-last-second", { iat: NOW - 3_600, exp: NOW + 1 }, LIFETIME],
  ["lifetime-a-day", { iat: NOW - 10, exp: NOW + 86_390 }, LIFETIME],
  ["lifetime-from-iat-not-nbf", { iat: NOW - 3_000, nbf: NOW, exp: NOW + 900 }, LIFETIME],
  ["no-tolerance-iat-now", { iat: NOW }, "ok", { clockToleranceSeconds: 0 }],
  ["no-tolerance-iat-ahead", { iat: NOW + 1 }, TIME, { clockToleranceSeconds: 0 }],
  ["no-tolerance-nbf-now", { nbf: NOW }, "ok", { clockToleranceSeconds: 0 }],
  ["no-tolerance-nbf-ahead", { nbf: NOW + 1 }, TIME, { clockToleranceSeconds: 0 }],
  ["tolerance-600-iat", { iat: NOW + 600 }, "ok", { clockToleranceSeconds: 600 }],
  ["tolerance-600-iat-601", { iat: NOW + 601 }, TIME, { clockToleranceSeconds: 600 }],
  ["tolerance-600-nbf", { nbf: NOW + 600 }, "ok", { clockToleranceSeconds: 600 }],
  ["tolerance-600-exp", { exp: NOW }, EXPIRY, { clockToleranceSeconds: 600 }],
  ["short-lifetime", {}, "ok", { maxLifetimeSeconds: 900 }],
  ["short-lifetime-exceeded", {}, LIFETIME, { maxLifetimeSeconds: 899 }],
  ["lifetime-of-a-second", { iat: NOW, exp: NOW + 1 }, "ok", { maxLifetimeSeconds: 1 }],
  ["lifetime-of-two-seconds", { iat: NOW, exp: NOW + 2 }, LIFETIME, { maxLifetimeSeconds: 1 }],
  ["longest-lifetime", { iat: NOW, exp: NOW + 82_800 }, "ok", { maxLifetimeSeconds: 82_800 }],
  ["beyond-longest", { iat: NOW, exp: NOW + 82_801 }, LIFETIME, { maxLifetimeSeconds: 82_800 }],
  ["expired-before-ahead", { exp: NOW, iat: NOW + 61 }, EXPIRY],
  ["ahead-before-lifetime", { iat: NOW + 61, exp: NOW + 9_999 }, TIME],
  ["nbf-before-lifetime", { nbf: NOW + 61, exp: NOW + 9_999 }, TIME],
];

/** The same mandate at other times of the clock. */
const CLOCK: readonly (readonly [slug: string, now: number, verdict: string])[] = [
  ["at-iat", USER.iat, "ok"],
  ["60-seconds-before-iat", USER.iat - 60, "ok"],
  ["61-seconds-before-iat", USER.iat - 61, TIME],
  ["a-second-before-exp", USER.exp - 1, "ok"],
  ["at-exp", USER.exp, EXPIRY],
  ["a-second-after-exp", USER.exp + 1, EXPIRY],
  ["a-year-later", USER.exp + 31_536_000, EXPIRY],
  ["at-the-epoch", 0, TIME],
  ["beyond-2038", 2 ** 32, EXPIRY],
];

export function timeCases(): VectorCase[] {
  return [
    ...TABLE.map(([slug, times, verdict, config]) => {
      const claims = { ...USER, ...times };
      const situation = config ? { config } : {};
      const name = `claims-time-${slug}`;
      return verdict === "ok"
        ? accept(name, say(slug), claims, situation)
        : refuse(name, say(slug), verdict, claims, situation);
    }),
    ...CLOCK.map(([slug, now, verdict]) =>
      verdict === "ok"
        ? accept(`claims-clock-${slug}`, `the clock: ${say(slug)}`, USER, { now })
        : refuse(`claims-clock-${slug}`, `the clock: ${say(slug)}`, verdict, USER, { now }),
    ),
    accept(
      "claims-time-beyond-2038",
      "times that need more than 32 bits",
      { ...USER, iat: 2 ** 32 - 10, exp: 2 ** 32 + 890 },
      { now: 2 ** 32 },
    ),
  ];
}
