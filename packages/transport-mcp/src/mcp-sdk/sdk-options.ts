import { ConfigurationError } from "@caracalai/identity";
import type { MandateVerifier } from "../mandate-verifier.js";
import { rejectUnknownNames } from "../read-options.js";
import type { Requirements } from "../requirements.js";
import { readServerUrl } from "../server-url.js";

/** How requests to a server of the official SDK are judged. */
export interface SdkOptions {
  /** Judges the mandates: see `createMandateVerifier`. */
  readonly verifier: MandateVerifier;
  /** What every request needs on top of the verifier's defaults. Default: nothing. */
  readonly route?: Requirements | undefined;
  /**
   * Where the server's metadata (RFC 9728) is served, for challenges: an https URL, or http on a
   * loopback host, without query or fragment. Default: challenges name none.
   */
  readonly resourceMetadataUrl?: string | undefined;
}

/** The options, validated. The route has become part of the verifier. */
export interface SdkConfig {
  readonly verifier: MandateVerifier;
  readonly resourceMetadata: string | undefined;
}

const OPTION_NAMES: readonly (keyof SdkOptions)[] = ["verifier", "route", "resourceMetadataUrl"];

/**
 * @param more - names of further options that the caller reads itself
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function readSdkOptions(
  what: string,
  options: SdkOptions,
  more: readonly string[] = [],
): SdkConfig {
  rejectUnknownNames(what, options, [...OPTION_NAMES, ...more]);
  const { route, resourceMetadataUrl } = options;
  const verifier = readVerifier(what, options.verifier);
  return Object.freeze({
    verifier: route === undefined ? verifier : verifier.require(route),
    resourceMetadata:
      resourceMetadataUrl === undefined
        ? undefined
        : readServerUrl("resourceMetadataUrl", resourceMetadataUrl),
  });
}

/** @throws ConfigurationError where it is none */
export function readVerifier(what: string, verifier: MandateVerifier): MandateVerifier {
  if (typeof verifier?.authorization === "function") return verifier;
  throw new ConfigurationError(`${what}: verifier is missing, see createMandateVerifier`);
}
