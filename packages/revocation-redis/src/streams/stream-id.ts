/** Before the first entry that a stream can have. */
export const BEGINNING = "0-0";

const STREAM_ID = /^(\d{1,20})-(\d{1,20})$/;

/** Whether a text is the id of a stream's entry, as Redis writes it: milliseconds, dash, number. */
export function isStreamId(text: string): boolean {
  return STREAM_ID.test(text);
}

/** Less than 0 where the first id comes before the second, 0 where they are the same. */
export function compareStreamIds(first: string, second: string): number {
  const [firstTime, firstNumber] = parse(first);
  const [secondTime, secondNumber] = parse(second);
  return Number(firstTime - secondTime) || Number(firstNumber - secondNumber);
}

/** Both halves are unsigned integers of 64 bits. */
function parse(id: string): readonly [time: bigint, number: bigint] {
  const [, time, number] = STREAM_ID.exec(id) ?? [];
  if (time === undefined || number === undefined) throw new TypeError("This is no stream id.");
  return [BigInt(time), BigInt(number)];
}
