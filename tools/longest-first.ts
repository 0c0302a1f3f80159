import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes half a minute and more, though some of the files are small. */
export const LONGEST: readonly string[] = [
  "tools/mcp-conformance/conformance.test.ts",
  "tools/packed-packages.test.ts",
  "examples/notes-server/test/sessions.test.ts",
  "tools/mcp-inspector/inspector.test.ts",
  "packages/revocation-redis/test/consumer/faults.test.ts",
  "packages/revocation-redis/test/replica/history.test.ts",
  "packages/revocation-redis/test/consumer/readiness.test.ts",
  "packages/revocation-redis/test/replica/servers.test.ts",
  "faults/trials/quick.test.ts",
  "faults/failover/failover.test.ts",
  "examples/notes-server/test/shared-outage.test.ts",
  "packages/revocation-redis/test/replica/permissions.test.ts",
];

/**
 * Starts first what takes longest: else it would run alone at the end. vitest does so itself with files
 * that it has run in this folder before; of others it takes the size for the time.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return index < 0 ? LONGEST.length : index;
    };
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}
