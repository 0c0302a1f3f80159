import type { RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { createTestKey, type TestKey } from "./test-key.js";

export const GOOD_KEY: TestKey = createTestKey();

const SPACES = 64 * 1024 * 1024;

export function answer(body: unknown, status = 200): RequestListener {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (_, response) => response.writeHead(status).end(text);
}

/** The right key set, with white space in it to make it any size. */
function spacious(spaces: string): string {
  return `{"keys":${spaces}[${JSON.stringify(GOOD_KEY.jwk)}]}`;
}

/** A key set body of exactly so many bytes. */
export function keySetOfSize(bytes: number): string {
  return spacious(" ".repeat(bytes - spacious("").length));
}

/** A right key set of 64 MB, sent as fast as it is read. */
export const endless: RequestListener = (_, response) => {
  const [start = "", end = ""] = spacious("|").split("|");
  response.writeHead(200).write(start);
  writeSpaces(response, SPACES, end);
};

function writeSpaces(response: ServerResponse, left: number, end: string): void {
  const chunk = " ".repeat(64 * 1024);
  let rest = left;
  while (rest > 0 && !response.destroyed) {
    rest -= chunk.length;
    if (!response.write(chunk)) {
      response.once("drain", () => writeSpaces(response, rest, end));
      return;
    }
  }
  response.end(end);
}

export function gzipped(text: string): RequestListener {
  const body = gzipSync(text);
  return (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(body);
}

/** A right key set of 64 MB that is 64 KB on the wire. */
export function bomb(): RequestListener {
  return gzipped(spacious(" ".repeat(SPACES)));
}

/** A byte now and then, for ever. */
export const trickle: RequestListener = (_, response) => {
  response.writeHead(200).write('{"keys":');
  const timer = setInterval(() => response.write(" "), 20);
  response.once("close", () => clearInterval(timer));
};

export const silent: RequestListener = () => {};

export const headersOnly: RequestListener = (_, response) => {
  response.writeHead(200).flushHeaders();
};

export const reset: RequestListener = (request) => {
  request.socket.resetAndDestroy();
};

export const cutOff: RequestListener = (_, response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write('{"keys":[]', () => response.destroy());
};

export const notHttp: RequestListener = (request) => {
  request.socket.end("NONSENSE\r\n\r\n");
};

export const notGzip: RequestListener = (_, response) => {
  response.writeHead(200, { "content-encoding": "gzip" }).end(keySetOfSize(1_000));
};
