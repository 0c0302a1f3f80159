import { challengeResponse } from "../challenge.js";
import { extractBearer } from "../extract-bearer.js";
import { type AuthInfo, authInfoOf } from "./auth-info.js";
import { readSdkOptions, type SdkOptions } from "./sdk-options.js";

/** Resolves to the caller, or to the answer of a request that is refused. */
export type MandateGate = (request: Request) => Promise<AuthInfo | Response>;

/**
 * A gate for servers that take a web-standard `Request`, such as `createMcpHandler` of SDK v2: what
 * it resolves to is either to be returned, or to be handed over as `authInfo`. Stands where the SDK's
 * own `requireBearerAuth` would, with the answers of this package: 401, 403 and 503.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function createMandateGate(options: SdkOptions): MandateGate {
  const config = readSdkOptions("createMandateGate", options);
  const { verifier, resourceMetadata } = config;
  return async (request) => {
    // Of several headers, the platform makes a list with commas: refused, as they have to be.
    const header = request.headers.get("authorization") ?? undefined;
    const result = await verifier.authorization(header);
    return result.ok
      ? authInfoOf(result.principal, extractBearer(header) as string, config)
      : challengeResponse(result.error, { resourceMetadata });
  };
}
