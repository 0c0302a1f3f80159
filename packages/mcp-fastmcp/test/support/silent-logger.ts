/** Keeps what FastMCP logs out of the test report. */
export const silentLogger = {
  debug: (): void => {},
  info: (): void => {},
  log: (): void => {},
  warn: (): void => {},
  error: (): void => {},
};
