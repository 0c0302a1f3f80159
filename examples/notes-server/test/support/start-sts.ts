import { createDevSts, type DevSts, type DevStsOptions } from "@caracalai/dev-sts";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { cleanUp } from "./clean-up.js";

/** An STS that makes no noise, ends with the file, and finds its port free after a pause. */
export async function startSts(options: DevStsOptions = {}): Promise<DevSts> {
  const sts = await createDevSts({
    announce: () => {},
    audience: AUDIENCE,
    port: await freePort(),
    ...options,
  });
  cleanUp(() => sts.close());
  return sts;
}

/** What the servers under test are for. */
export const AUDIENCE = "https://mcp.example.com";

/** Every scope that something of the notes server needs. */
export const ALL_SCOPES = "mcp:tool:call notes:read notes:delete payments:write";
