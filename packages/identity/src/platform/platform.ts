import type { MaybePromise } from "../maybe-promise.js";

/** A P-256 public key, imported once and in the form that the platform verifies fastest with. */
export type VerifyingKey = object;

/** The coordinates of a P-256 public key, each 32 bytes as strict base64url (RFC 7518 6.2.1). */
export interface P256Coordinates {
  readonly x: string;
  readonly y: string;
}

/** What the platform's own crypto does for us. One implementation for Node, one for the Web. */
export interface Platform {
  /** Undefined where the coordinates are not a point of the curve. */
  importKey(coordinates: P256Coordinates): MaybePromise<VerifyingKey | undefined>;
  /** SHA-256 of text, as 32 characters of a byte each; undefined where it would have to be waited for. */
  digest(text: string): string | undefined;
  /** ES256 (RFC 7518 3.4): `signature` is r and s, 32 bytes each; `input` is ASCII. */
  verify(key: VerifyingKey, input: string, signature: Uint8Array): MaybePromise<boolean>;
}
