import { hash } from "node:crypto";
import process from "node:process";
import { fresh } from "../shared/fresh.js";
import { median } from "../shared/median.js";
import { createOurs, floor, ours } from "../verify/ours.js";
import { createSetting, mintUsual } from "../verify/setting.js";

/** What one and the same thing takes right after itself, and after other memory was read. */
export interface ColdCost {
  readonly name: "nothing" | "SHA-256 of a token" | "known mandate" | "raw signature";
  /** Microseconds, for each of {@link READ_MIB}: the median. */
  readonly micros: readonly number[];
}

/** How much is read in between, in MiB. Of many servers, the second cache of a core holds 1 or 2. */
export const READ_MIB: readonly number[] = [0, 1, 2, 4, 8, 16];

const CACHE_LINE_BYTES = 64;
const WARM_UPS = 10_000;
const ROUNDS = 500;

/**
 * Shows what a check takes whose code and data are no longer in the caches of the processor: other memory
 * is read before each, as other work would do. By the wall, as processor time is not told in single
 * microseconds: of a machine with nothing else to do.
 */
export async function measureCold(): Promise<readonly ColdCost[]> {
  const setting = await createSetting();
  try {
    const [token = ""] = mintUsual(setting, 1);
    const known = ours("known mandate", await createOurs(setting));
    const signature = floor(setting);
    const digest = (text: string) => () => hash("sha256", text, "base64");
    const kinds: readonly Kind[] = [
      { name: "nothing", prepare: () => () => undefined },
      { name: "SHA-256 of a token", prepare: () => digest(fresh(token)) },
      { name: "known mandate", prepare: () => known.prepare(token) },
      { name: "raw signature", prepare: () => signature.prepare(token) },
    ];
    for (let call = 0; call < WARM_UPS; call += 1) {
      for (const { prepare } of kinds) await prepare()();
    }
    const timed = kinds.map((kind) => ({ ...kind, times: READ_MIB.map((): number[] => []) }));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, mib] of READ_MIB.entries()) {
        for (const { prepare, times } of timed) {
          await prepare()();
          const run = prepare();
          readMemory(mib);
          times[at]?.push(await timeOf(run));
        }
      }
    }
    return timed.map(({ name, times }) => ({ name, micros: times.map(median) }));
  } finally {
    await setting.sts.close();
  }
}

interface Kind {
  readonly name: ColdCost["name"];
  readonly prepare: () => () => unknown;
}

const memory = new Uint8Array(Math.max(...READ_MIB) * 2 ** 20).fill(1);

/** One byte of each line of the cache; written to, so that nobody finds that it is read for nothing. */
function readMemory(mib: number): void {
  const end = mib * 2 ** 20;
  for (let at = 0; at < end; at += CACHE_LINE_BYTES) memory[at] = ((memory[at] ?? 0) + 1) & 0xff;
}

async function timeOf(run: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  const answer = run();
  if (answer instanceof Promise) await answer;
  return Number(process.hrtime.bigint() - start) / 1_000;
}
