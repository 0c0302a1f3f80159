/** A mandate is at most 16 KiB long in base64url, and no claim of it can be longer. */
const MAX_NAME_LENGTH = 16_384;

/** Whether an event's anchor or zone is of a length that a mandate can name. */
export function isName(value: string): boolean {
  return value.length > 0 && value.length <= MAX_NAME_LENGTH;
}
