const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;

/** An epoch as it is written in events and keys; nothing else can be compared for certain. */
export function parseEpoch(text: string): number | undefined {
  const epoch = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(epoch) ? epoch : undefined;
}
