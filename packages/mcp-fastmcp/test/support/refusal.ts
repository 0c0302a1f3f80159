/** The JSON of a refusal, whatever its hint says. */
export interface Refusal {
  readonly error: string;
  readonly error_description: string;
}

/** Reads a refusal: three members, all text. */
export function refusalIn(body: string): Refusal {
  const { error, error_description, error_hint, ...others } = JSON.parse(body);
  const texts: unknown[] = [error, error_description, error_hint];
  if (texts.some((value) => typeof value !== "string") || Object.keys(others).length > 0) {
    throw new Error("not the JSON body of a refusal");
  }
  return { error, error_description };
}
