import { afterAll } from "vitest";

const endings: (() => unknown)[] = [];

afterAll(async () => {
  await Promise.all(endings.map((end) => end()));
});

/** Has something ended after the last test of the file, however the tests end. */
export function cleanUp(end: () => unknown): void {
  endings.push(end);
}
