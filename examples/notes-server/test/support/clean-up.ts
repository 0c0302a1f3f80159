const endings: (() => unknown)[] = [];

/** Has something ended after the last test of the file, however the tests end. */
export function cleanUp(end: () => unknown): void {
  endings.push(end);
}

/** Ends it all. */
export async function endAll(): Promise<void> {
  await Promise.all(endings.splice(0).map((end) => end()));
}
