/** The same text in memory of its own, as a server gets it: nothing was flattened or hashed yet. */
export function fresh(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
