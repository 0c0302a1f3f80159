import { ACCEPTANCES, type RefusalCase } from "./refusal-cases.js";
import { encode, partsOf, type Setting } from "./setting.js";

const MEGABYTE = 1_048_576;
/** Base64url of this many bytes leaves room for the rest of a token of 16 KiB. */
const LARGE = 10_500;

/** What is refused before the signature is verified, in the order of checks. */
export function shapeCases({ knowing }: Setting, token: string): readonly RefusalCase[] {
  const { one, both } = knowing;
  const [header, payload, signature] = partsOf(token);
  const withHeader = (text: string) => `${encode(text)}.${payload}.${signature}`;
  const withPayload = (text: string) => `${header}.${encode(text)}.${signature}`;
  const headerWith = (member: string) =>
    withHeader(Buffer.from(header, "base64url").toString().replace("{", `{${member},`));
  const nested = `"deep":${"[".repeat(LARGE / 2)}${"]".repeat(LARGE / 2)}`;
  const twins = '"x":1,'.repeat(LARGE / 6);

  const small = { batch: 100, beside: ACCEPTANCES[0] };
  const ofHeader = { ...small, judge: one.authorization };
  const ofToken = { ...small, judge: one.authenticate };
  const ofLarge = { ...ofToken, beside: ACCEPTANCES[1] };
  const ofLargeInBoth = { ...small, judge: both.authenticate, beside: ACCEPTANCES[2] };
  const cases: readonly (Omit<RefusalCase, "expected"> & { readonly check: string })[] = [
    { ...ofHeader, name: "malformed bearer", check: "bearer", input: `Bearer ${token} ${token}` },
    {
      ...ofHeader,
      name: "header of 1 MB",
      check: "size",
      input: `Bearer ${"x".repeat(MEGABYTE)}`,
      batch: 5,
    },
    {
      ...ofHeader,
      name: "1 MB of spaces before a token",
      check: "size",
      input: `Bearer${" ".repeat(MEGABYTE)}x y`,
      batch: 5,
    },
    {
      ...ofHeader,
      name: "16 KB of spaces before a token",
      check: "bearer",
      input: `Bearer${" ".repeat(16_000)}x y`,
    },
    { ...ofToken, name: "token of 1 MB", check: "size", input: "x".repeat(MEGABYTE), batch: 5 },
    {
      ...ofToken,
      name: "1 MB of dots",
      check: "size",
      input: ".".repeat(MEGABYTE),
      batch: 5,
    },
    { ...ofLarge, name: "16 KiB of dots", check: "encoding", input: ".".repeat(16_384) },
    { ...ofToken, name: "padding", check: "encoding", input: `${token}=` },
    { ...ofToken, name: "header is no JSON", check: "header", input: withHeader("x".repeat(80)) },
    {
      ...ofLarge,
      name: "header 5,250 levels deep",
      check: "header",
      input: headerWith(nested),
    },
    {
      ...ofLarge,
      name: "header with 1,750 members twice",
      check: "header",
      input: headerWith(twins.slice(0, -1)),
    },
    { ...ofToken, name: "crit", check: "header", input: headerWith('"crit":["exp"]') },
    { ...ofToken, name: "alg none", check: "algorithm", input: withHeader('{"alg":"none"}') },
    { ...ofToken, name: "no kid", check: "kid", input: withHeader('{"alg":"ES256"}') },
    {
      ...ofToken,
      name: "signature too short",
      check: "signature",
      input: token.slice(0, -6),
    },
    {
      ...ofLargeInBoth,
      name: "unsigned payload 5,250 levels deep, two zones",
      check: "signature",
      input: withPayload(`{${nested}}`),
    },
    {
      ...ofLargeInBoth,
      name: "unsigned payload with 1,750 members twice, two zones",
      check: "signature",
      input: withPayload(`{${twins}"y":1}`),
    },
  ];
  return cases.map(({ check, ...rest }) => ({ ...rest, expected: `invalid_token/${check}` }));
}
