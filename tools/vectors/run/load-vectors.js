import { readdirSync, readFileSync } from "node:fs";
export const VECTORS = new URL("../../../vectors/", import.meta.url);
/** Files of the folder that hold no cases. */
const NO_CASES = ["keys.json", "schema.json"];
export function loadVectors() {
  return readdirSync(VECTORS)
    .filter((name) => name.endsWith(".json") && !NO_CASES.includes(name))
    .sort()
    .map((name) => ({ name, ...readJson(name) }));
}
/** The named key sets of keys.json. */
export function loadKeySets() {
  return readJson("keys.json").keySets;
}
function readJson(name) {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
}
export function expandText(text) {
  if (typeof text === "string") return text;
  return text.parts
    .map((part) => (typeof part === "string" ? part : part.repeat.repeat(part.times)))
    .join("");
}
