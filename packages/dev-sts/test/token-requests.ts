import type { DevSts, DevStsApplication } from "@caracalai/dev-sts";
import { expect } from "vitest";

export const RESOURCE = "https://notes.example.com/mcp";

/** An application with two scopes and one resource, of the first zone. */
export const application: DevStsApplication = {
  clientId: "app_notes",
  clientSecret: "hush_of_app_notes",
  scopes: ["notes:read", "notes:write"],
  resources: [RESOURCE],
};

/** Several values of one name are sent as several parameters. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Answers of the token endpoint; `undefined` where a member is not there. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
  readonly issued_token_type?: string;
}

export function form(parameters: Parameters): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value = []] of Object.entries(parameters)) {
    for (const each of [value].flat()) body.append(name, each);
  }
  return body;
}

type Credentials = Pick<DevStsApplication, "clientId" | "clientSecret">;

export function basic({ clientId, clientSecret }: Credentials = application): string {
  return `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
}

/** A token request of `application`, unless the headers name another client or none. */
export function requestToken(
  { issuer }: DevSts,
  body: URLSearchParams | string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = { authorization: basic() },
): Promise<Response> {
  const type = "application/x-www-form-urlencoded";
  return fetch(`${issuer}/oauth/token`, {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body,
  });
}

/** What is granted; fails where nothing is. */
export async function granted(answer: Promise<Response>): Promise<TokenAnswer> {
  const response = await answer;
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("pragma")).toBe("no-cache");
  return (await response.json()) as TokenAnswer;
}

/** The refusal's status and error; fails where it is not one as RFC 6749 section 5.2 has it. */
export async function refusal(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const text = await response.text();
  const { error, error_description, ...others } = JSON.parse(text);
  expect(others).toStrictEqual({});
  expect(error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(text).not.toMatch(/hush|eyJ/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toBe("application/json");
  const challenge = response.headers.get("www-authenticate");
  expect(challenge?.split(" ")[0]).toBe(response.status === 401 ? "Basic" : undefined);
  return `${response.status} ${error}`;
}
