import { ConfigurationError } from "../configuration-error.js";

/** @throws ConfigurationError where the client lacks a method that every client of its kind has. */
export function requireClient(
  client: unknown,
  methods: readonly string[],
  message: string,
): asserts client is Record<string, unknown> {
  const isClient =
    typeof client === "object" &&
    client !== null &&
    methods.every((name) => typeof Reflect.get(client, name) === "function");
  if (!isClient) throw new ConfigurationError(message);
}

/** A setting of the client, wherever the library keeps its settings. */
export function settingOf(options: unknown, name: string): unknown {
  return typeof options === "object" && options !== null ? Reflect.get(options, name) : undefined;
}
