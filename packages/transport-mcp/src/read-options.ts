import { ConfigurationError } from "@caracalai/identity";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]|^\s|\s$/;

/**
 * Refuses option names that nothing reads: a misspelt requirement would be no requirement.
 *
 * @throws ConfigurationError
 */
export function rejectUnknownNames(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ConfigurationError(`${what}: has to be an object`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(`${what}: unknown option ${unknown}; known: ${known.join(", ")}`);
  }
}

/**
 * A required text: not empty, no lone surrogates, no control characters, no white space around it.
 *
 * @throws ConfigurationError
 */
export function readText(name: string, value: unknown): string {
  if (value === undefined) throw new ConfigurationError(`${name} is missing`);
  if (
    typeof value !== "string" ||
    value === "" ||
    UNPRINTABLE.test(value) ||
    !value.isWellFormed()
  ) {
    throw new ConfigurationError(
      `${name} has to be well-formed text that is not empty, without control characters or white space around it`,
    );
  }
  return value;
}

/**
 * A list of texts, copied, each once; empty where there is none.
 *
 * @throws ConfigurationError
 */
export function readList(name: string, value: unknown): readonly string[] {
  if (value === undefined) return Object.freeze([]);
  if (!Array.isArray(value)) throw new ConfigurationError(`${name} has to be a list of strings`);
  // Not `map`, which skips holes: they would become items that nobody wrote.
  const items = Array.from(value, (item, index) => readText(`${name}[${index}]`, item));
  return Object.freeze([...new Set(items)]);
}

/** Characters of a scope (RFC 6749 section 3.3): printable ASCII but space, quote and backslash. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * A list of scopes, as {@link readList}.
 *
 * @throws ConfigurationError
 */
export function readScopes(name: string, value: unknown): readonly string[] {
  const scopes = readList(name, value);
  const malformed = scopes.find((scope) => !SCOPE.test(scope));
  if (malformed !== undefined) {
    throw new ConfigurationError(
      `${name}: ${JSON.stringify(malformed)} is not one scope (RFC 6749 section 3.3)`,
    );
  }
  return scopes;
}

/**
 * Something with methods of its own, as it is; undefined where there is none.
 *
 * @throws ConfigurationError
 */
export function readObject<T extends object>(
  name: string,
  value: T | undefined,
  methods: readonly (keyof T & string)[],
): T | undefined {
  if (value === undefined) return undefined;
  const missing = methods.find((method) => typeof Object(value)[method] !== "function");
  if (missing !== undefined) throw new ConfigurationError(`${name} has no function ${missing}`);
  return value;
}

/** @throws ConfigurationError */
export function readFlag(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  throw new ConfigurationError(`${name} has to be true or false`);
}

/** @throws ConfigurationError */
export function readInteger(
  name: string,
  value: unknown,
  {
    byDefault,
    min,
    max,
  }: { readonly byDefault: number; readonly min: number; readonly max: number },
): number {
  if (value === undefined) return byDefault;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new ConfigurationError(`${name} has to be an integer from ${min} to ${max}`);
}
