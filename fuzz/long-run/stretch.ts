import { pieceOf, textOfRefusal, wordOf } from "../support/answer.js";
import { SeededChoices } from "../support/choices.js";
import { fuzzCase, type Outcome } from "./fuzz-case.js";

/** A case that contradicts the contract, and how to run it again. */
export interface Finding {
  readonly index: number;
  readonly kind: string;
  readonly fault: string;
  readonly input: string;
}

/** Every different text that a refusal said so far: a handful, as nothing of a caller is in it. */
const knownTexts = new Set<string>();
const MAX_TEXTS = 20_000;

/** The cases from `from` up to, and without, `to`; ends at the first finding. */
export async function runStretch(
  seed: number,
  from: number,
  to: number,
  count: (kind: string, word: string) => void,
): Promise<Finding | undefined> {
  for (let index = from; index < to; index += 1) {
    const outcome = await outcomeOf(seed, index);
    if ("index" in outcome) return outcome;
    const { kind, input, result } = outcome;
    const fault = outcome.fault ?? leakOf(outcome);
    if (fault !== undefined) return { index, kind, fault, input: printed(input) };
    count(kind, wordOf(result));
  }
  return undefined;
}

async function outcomeOf(seed: number, index: number): Promise<Outcome | Finding> {
  try {
    return await fuzzCase(new SeededChoices(seed, index));
  } catch (error) {
    return { index, kind: "a throw", fault: String(error), input: "" };
  }
}

/** A piece of the token in the answer; looked for once in each text that was not seen before. */
function leakOf({ input, result }: Outcome): string | undefined {
  if (result.ok) return undefined;
  const text = textOfRefusal(result.error);
  if (knownTexts.has(text)) return undefined;
  knownTexts.add(text);
  if (knownTexts.size > MAX_TEXTS) return "answers without end: something of the caller is in them";
  const piece = pieceOf(tokenOf(input), text);
  return piece === undefined ? undefined : `a piece of the token in the answer: ${piece}`;
}

function tokenOf(input: unknown): string {
  if (typeof input === "string") return input;
  if (Array.isArray(input)) return input.join();
  return String(Object(input).token ?? "");
}

function printed(input: unknown): string {
  return JSON.stringify(input, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
  );
}
