import { assertKnownNames } from "./known-names.js";
import { secretDigest } from "./secret-digest.js";

/** An application that may fetch mandates at `POST /oauth/token`. */
export interface DevStsApplication {
  /**
   * Printable ASCII without space, `:`, `+` and `%`: clients differ in how they write those in HTTP
   * Basic (RFC 6749 section 2.3.1). No two applications have the same.
   */
  readonly clientId: string;
  /** Printable ASCII without space, `+` and `%`. Only its digest is kept. */
  readonly clientSecret: string;
  /** The zone that its mandates are of. Default: the first. */
  readonly zoneId?: string;
  /** The most that it is granted, and what it is granted where it asks for no scope. */
  readonly scopes: readonly string[];
  /** Absolute URIs without a fragment (RFC 8707 section 2), 1 to 64; compared exactly. */
  readonly resources: readonly string[];
}

/** An application as the STS keeps it. */
export interface Application {
  readonly clientId: string;
  readonly secretDigest: Buffer;
  readonly zoneId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
}

const names = ["clientId", "clientSecret", "zoneId", "scopes", "resources"];
const clientId = /^[\x21-\x24\x26-\x2a\x2c-\x39\x3b-\x7e]+$/;
const clientSecret = /^[\x21-\x24\x26-\x2a\x2c-\x7e]+$/;
/** RFC 6749 section 3.3. */
const scope = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const longestList = 64;

/**
 * Checks `applications`. Throws a `TypeError` that says which one is wrong, by its place, and never
 * what its secret is.
 */
export function readApplications(
  zones: readonly string[],
  applications: readonly DevStsApplication[] = [],
): readonly Application[] {
  if (!Array.isArray(applications)) throw new TypeError("applications is not a list");
  const read = applications.map((each: DevStsApplication, index) =>
    readApplication(`applications[${index}]`, each, zones),
  );
  if (new Set(read.map((each) => each.clientId)).size !== read.length) {
    throw new TypeError("applications has a clientId twice");
  }
  return read;
}

function readApplication(
  what: string,
  application: DevStsApplication,
  zones: readonly string[],
): Application {
  assertKnownNames(what, application, names);
  const zoneId = application.zoneId ?? zones[0];
  if (zoneId === undefined || !zones.includes(zoneId)) {
    throw new TypeError(`${what}.zoneId is none of zones`);
  }
  const resources = list(`${what}.resources`, application.resources, isResource);
  if (resources.length === 0) throw new TypeError(`${what}.resources names none`);
  return {
    clientId: text(`${what}.clientId`, application.clientId, clientId),
    secretDigest: secretDigest(
      text(`${what}.clientSecret`, application.clientSecret, clientSecret),
    ),
    zoneId,
    scopes: list(`${what}.scopes`, application.scopes, (value) => scope.test(value)),
    resources,
  };
}

function text(what: string, value: unknown, shape: RegExp): string {
  if (typeof value === "string" && shape.test(value)) return value;
  throw new TypeError(`${what} is empty, or has a character that it may not have`);
}

function list(
  what: string,
  values: readonly string[],
  isRight: (value: string) => boolean,
): readonly string[] {
  if (!Array.isArray(values) || values.length > longestList) {
    throw new TypeError(`${what} is not a list of at most ${longestList}`);
  }
  const isEachRight = values.every((value: unknown) => typeof value === "string" && isRight(value));
  if (!isEachRight || new Set(values).size !== values.length) {
    throw new TypeError(`${what} holds something malformed, or something twice`);
  }
  return [...values];
}

function isResource(value: string): boolean {
  return URL.canParse(value) && /^[\x21\x22\x24-\x7e]+$/.test(value);
}
