/** Names of values of any kind, for ids. */
export const KINDS: readonly (readonly [slug: string, value: unknown])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["zero", 0],
  ["one", 1],
  ["fraction", 1.5],
  ["empty-text", ""],
  ["text", "text"],
  ["empty-list", []],
  ["list-of-text", ["text"]],
  ["empty-object", {}],
  ["object", { a: "text" }],
];
