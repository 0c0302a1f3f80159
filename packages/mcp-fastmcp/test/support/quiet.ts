import { afterAll, beforeAll, vi } from "vitest";

/** Keeps what FastMCP's transport prints about each request out of the test report. */
export function quietForFile(): void {
  const print = [vi.spyOn(console, "log"), vi.spyOn(console, "error")];
  beforeAll(() => {
    for (const spy of print) spy.mockImplementation(() => {});
  });
  afterAll(() => {
    for (const spy of print) spy.mockRestore();
  });
}
