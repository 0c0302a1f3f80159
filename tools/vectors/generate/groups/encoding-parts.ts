import { refuse, type VectorCase } from "../case.js";
import { partsOf } from "../token.js";

export const PARTS = ["header", "payload", "signature"] as const;
export type PartName = (typeof PARTS)[number];

/** The token with one of its parts changed. */
export function change(token: string, part: PartName, edit: (text: string) => string): string {
  return partsOf(token)
    .map((text, index) => (PARTS[index] === part ? edit(text) : text))
    .join(".");
}

export function refused(slug: string, comment: string, token: string): VectorCase {
  return refuse(`encoding-${slug}`, comment, "invalid_token/encoding", {}, { token });
}
