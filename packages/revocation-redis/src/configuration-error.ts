/** Thrown when something is constructed with options that are missing, malformed or unknown. */
export class ConfigurationError extends TypeError {
  override readonly name: string = "ConfigurationError";
}
