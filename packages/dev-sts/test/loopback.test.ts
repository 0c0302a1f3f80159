import { expect, test } from "vitest";
import { isLoopbackHostHeader } from "../src/loopback.js";

test.each(["localhost", "LocalHost:80", "127.0.0.1", "127.255.255.254:65535", "[::1]", "[::1]:1"])(
  "the Host header %j is loopback",
  (value) => {
    expect(isLoopbackHostHeader(value)).toBe(true);
  },
);

test.each([
  undefined,
  "",
  ":80",
  "::1",
  "[::1",
  "[::2]",
  "[::1]x",
  "localhost.",
  "localhost:80:80",
  "localhost:",
  "localhost/x",
  "evil.example",
  "evil.example:80@localhost",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "128.0.0.1",
  "0.0.0.0",
])("the Host header %j is not", (value) => {
  expect(isLoopbackHostHeader(value)).toBe(false);
});
