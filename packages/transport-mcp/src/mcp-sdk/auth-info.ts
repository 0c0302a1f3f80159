import type { Principal } from "../principal.js";
import type { SdkConfig } from "./sdk-options.js";

/** The caller as the official SDK hands it to handlers: fits the `AuthInfo` of its v1 and of its v2. */
export interface AuthInfo {
  /** The mandate itself. Not shown by JSON or `inspect`, and not copied by a spread. */
  readonly token: string;
  /** The application that is acting. */
  readonly clientId: string;
  /** The granted scopes. The SDK's type wants a mutable list; this one is frozen. */
  readonly scopes: string[];
  /** In seconds since the epoch. */
  readonly expiresAt: number;
  /** The verifier's audience, where that is a URL. */
  readonly resource?: URL;
  /** For the challenges that SDK v2 makes after authentication. */
  readonly resourceMetadataUrl?: string;
  readonly extra: { readonly principal: Principal };
}

const verified = new WeakSet<object>();

/** The `AuthInfo` of a principal that a verifier has let in. */
export function authInfoOf(principal: Principal, token: string, config: SdkConfig): AuthInfo {
  verified.add(principal);
  return Object.freeze(new VerifiedAuthInfo(principal, token, config));
}

/** Whether a value is a principal that came in through this module, and not somebody's claim. */
export function isVerified(value: unknown): value is Principal {
  // Of what is no object, a WeakSet says that it does not have it.
  return verified.has(value as object);
}

/** A class, because a private field is out of reach of JSON, `inspect` and copies. */
class VerifiedAuthInfo implements AuthInfo {
  readonly #token: string;
  readonly clientId: string;
  readonly scopes: string[];
  readonly expiresAt: number;
  declare readonly resource?: URL;
  declare readonly resourceMetadataUrl?: string;
  readonly extra: { readonly principal: Principal };

  constructor(
    principal: Principal,
    token: string,
    { verifier: { audience }, resourceMetadata }: SdkConfig,
  ) {
    this.#token = token;
    this.clientId = principal.clientId;
    this.scopes = [...principal.scopes];
    Object.freeze(this.scopes);
    this.expiresAt = principal.expiresAt;
    if (URL.canParse(audience)) this.resource = new URL(audience);
    if (resourceMetadata !== undefined) this.resourceMetadataUrl = resourceMetadata;
    this.extra = Object.freeze({ principal });
  }

  get token(): string {
    return this.#token;
  }
}
