/** Bytes that are not UTF-8 (RFC 3629), to stand inside a JSON string. */
export const INVALID_UTF8: readonly (readonly [slug: string, bytes: readonly number[]])[] = [
  ["lone-continuation", [0x80]],
  ["latin-1", [0xe9]],
  ["overlong-slash", [0xc0, 0xaf]],
  ["overlong-nul", [0xc0, 0x80]],
  ["overlong-three-bytes", [0xe0, 0x80, 0xaf]],
  ["surrogate-high", [0xed, 0xa0, 0x80]],
  ["surrogate-pair-cesu-8", [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ["truncated-two-bytes", [0xc3]],
  ["truncated-three-bytes", [0xe3, 0x82]],
  ["truncated-four-bytes", [0xf0, 0x9f, 0x98]],
  ["above-10ffff", [0xf4, 0x90, 0x80, 0x80]],
  ["five-bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ["fe-ff", [0xfe, 0xff]],
];
