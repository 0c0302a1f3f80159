import { refuse, type VectorCase } from "../case.js";
import { OTHER_AUDIENCE, USER } from "../mandates.js";
import { partsOf, tokenOf } from "../token.js";
import { bitCases } from "./encoding-bits.js";
import { change, PARTS, refused } from "./encoding-parts.js";
import { say } from "./header-json.js";

const GOOD = tokenOf({ payload: USER });

const insertAt = (place: "start" | "middle" | "end", what: string) => (text: string) => {
  const at = { start: 0, middle: Math.floor(text.length / 2), end: text.length }[place];
  return text.slice(0, at) + what + text.slice(at);
};

/** Characters that strict base64url does not have. */
const FOREIGN: readonly (readonly [slug: string, text: string])[] = [
  ["padding", "="],
  ["plus", "+"],
  ["slash", "/"],
  ["space", " "],
  ["tab", "\t"],
  ["line-feed", "\n"],
  ["carriage-return-line-feed", "\r\n"],
  ["nul", "\u0000"],
  ["no-break-space", "\u00a0"],
  ["zero-width-space", "\u200b"],
  ["byte-order-mark", "\ufeff"],
  ["e-acute", "\u00e9"],
  ["full-width-a", "\uff21"],
  ["a-plus-256", "\u0141"],
  ["comma", ","],
  ["colon", ":"],
  ["tilde", "~"],
  ["percent-3d", "%3D"],
];

function foreignCharacters(): VectorCase[] {
  return PARTS.flatMap((part) =>
    (["start", "middle", "end"] as const).flatMap((place) =>
      FOREIGN.map(([slug, text]) =>
        refused(
          `${part}-${slug}-${place}`,
          `${part}: ${say(slug)}, ${place}`,
          change(GOOD, part, insertAt(place, text)),
        ),
      ),
    ),
  );
}

export function encodingCases(): VectorCase[] {
  const [header, payload, signature] = partsOf(GOOD);
  return [
    ...foreignCharacters(),
    ...bitCases(GOOD),
    refuse(
      "encoding-payload-empty",
      "payload: empty, and signed",
      "invalid_token/payload",
      "" as never,
      {
        payload: "",
      },
    ),
    refuse(
      "encoding-signature-empty",
      "signature: empty",
      "invalid_token/signature",
      {},
      {
        token: `${header}.${payload}.`,
        io: "none",
      },
    ),
    refused("header-empty", "header: empty", `.${payload}.${signature}`),
    refuse(
      "encoding-two-tokens-mixed",
      "payload of another token",
      "invalid_token/signature",
      {},
      {
        token: `${header}.${partsOf(tokenOf({ payload: { ...USER, aud: [OTHER_AUDIENCE] } }))[1]}.${signature}`,
      },
    ),
  ];
}
