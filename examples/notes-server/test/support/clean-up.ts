import { afterAll, expect } from "vitest";

const endings: (() => unknown)[] = [];
let ofFile: string | undefined;

/**
 * Has something ended after the last test of the file, however the tests end. A file calls it first
 * while its tests are collected; files may share this module, one after the other.
 */
export function cleanUp(end: () => unknown): void {
  const { testPath } = expect.getState();
  if (testPath !== ofFile) {
    ofFile = testPath;
    afterAll(() => Promise.all(endings.splice(0).map((ending) => ending())));
  }
  endings.push(end);
}
