import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { endianness, tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The wall clock of Redis, which can be moved while it runs: see clock/moved-clock.c. */
export interface ServerClock {
  /** For the environment of a server. */
  readonly environment: Readonly<Record<string, string>>;
  /** By how much it differs from the machine's, in seconds. */
  move(bySeconds: number): void;
  remove(): void;
}

/**
 * Builds the library, once for each content of its source. Missing where there is no C compiler, or no
 * Linux: then only the clock of the instances is moved.
 */
export function clockLibrary(source: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const cache = join(dirname(source), "../../node_modules/.cache/moved-clock");
  const digest = createHash("sha256").update(readFileSync(source)).digest("hex");
  const library = join(cache, `${digest}.so`);
  if (existsSync(library)) return library;
  mkdirSync(cache, { recursive: true });
  const fresh = join(cache, `${digest}-${process.pid}`);
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", fresh, source], { stdio: "ignore" });
    renameSync(fresh, library);
    return library;
  } catch {
    return undefined;
  }
}

export function createServerClock(library: string): ServerClock {
  const folder = mkdtempSync(join(tmpdir(), "clock-"));
  const file = join(folder, "seconds");
  const move = (bySeconds: number): void => {
    const bytes = Buffer.alloc(8);
    if (endianness() === "LE") bytes.writeBigInt64LE(BigInt(bySeconds));
    else bytes.writeBigInt64BE(BigInt(bySeconds));
    // In place: the server has mapped it.
    writeFileSync(file, bytes, { flag: "r+" });
  };
  writeFileSync(file, Buffer.alloc(8));
  return {
    environment: { LD_PRELOAD: library, MOVED_CLOCK_FILE: file },
    move,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
