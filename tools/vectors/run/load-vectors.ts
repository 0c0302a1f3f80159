import { readdirSync, readFileSync } from "node:fs";
import type { ServedKeySet, Text } from "../generate/case.js";

export type { ServedKeySet, Text };

/** One case; vectors/README.md describes the members. */
export interface Vector {
  readonly id: string;
  readonly comment: string;
  readonly config: Readonly<Record<string, unknown>> & {
    readonly issuer: string;
    readonly audience: string;
    readonly zoneId: string | readonly string[];
  };
  readonly keySets: Readonly<Record<string, ServedKeySet>>;
  readonly revoked?: readonly string[];
  readonly epochs?: Readonly<Record<string, number>>;
  readonly now: number;
  readonly token?: Text;
  readonly authorization?: Text | readonly Text[] | null;
  readonly io?: "none";
  readonly expected: {
    readonly outcome: string;
    readonly check?: string;
    readonly principal?: Readonly<Record<string, unknown>>;
  };
}

export interface VectorFile {
  readonly name: string;
  readonly group: string;
  readonly cases: readonly Vector[];
}

export const VECTORS: URL = new URL("../../../vectors/", import.meta.url);

/** Files of the folder that hold no cases. */
const NO_CASES = ["keys.json", "schema.json"];

export function loadVectors(): readonly VectorFile[] {
  return readdirSync(VECTORS)
    .filter((name) => name.endsWith(".json") && !NO_CASES.includes(name))
    .sort()
    .map((name) => ({ name, ...readJson<Omit<VectorFile, "name">>(name) }));
}

/** The named key sets of keys.json. */
export function loadKeySets(): Readonly<Record<string, object>> {
  return readJson<{ readonly keySets: Readonly<Record<string, object>> }>("keys.json").keySets;
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8")) as T;
}

export function expandText(text: Text): string {
  if (typeof text === "string") return text;
  return text.parts
    .map((part) => (typeof part === "string" ? part : part.repeat.repeat(part.times)))
    .join("");
}
