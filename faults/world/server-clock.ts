import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { endianness, tmpdir } from "node:os";
import { join } from "node:path";

/** The wall clock of Redis, which can be moved while it runs: see clock/moved-clock.c. */
export interface ServerClock {
  /** For the environment of a server. */
  readonly environment: Readonly<Record<string, string>>;
  /** By how much it differs from the machine's, in seconds. */
  move(bySeconds: number): void;
  remove(): void;
}

let library: string | undefined;

/** Builds the library once. Missing where there is no C compiler, or no Linux. */
export function clockLibrary(source: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  if (library !== undefined) return library;
  const folder = mkdtempSync(join(tmpdir(), "moved-clock-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  try {
    const target = join(folder, "moved-clock.so");
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", target, source], { stdio: "ignore" });
    library = target;
  } catch {
    // Without a compiler, only the clock of the instances is moved.
  }
  return library;
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
