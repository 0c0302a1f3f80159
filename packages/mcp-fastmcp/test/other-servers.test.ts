import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { protectServer } from "@caracalai/mcp-fastmcp";
import { expect, onTestFinished, test } from "vitest";
import { send } from "./support/http.js";
import { serverOptions } from "./support/sample-server.js";
import { verifierFor } from "./support/sts.js";

const LETTERS = "é€😀a".repeat(100_000);

protectServer(serverOptions, { verifier: verifierFor({ issuer: "https://sts.example.com" }) });

type Echo = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const echoes: Readonly<Record<string, Echo>> = {
  "by pipe": (request, response) => pipeline(request, response),
  "by data": async (request, response) => {
    request.on("data", (chunk) => response.write(chunk));
    await once(request, "end");
    response.end();
  },
  "by readable": async (request, response) => {
    request.on("readable", () => {
      for (let chunk = request.read(); chunk !== null; chunk = request.read())
        response.write(chunk);
    });
    await once(request, "end");
    response.end();
  },
  "by iteration": async (request, response) => {
    for await (const chunk of request) response.write(chunk);
    response.end();
  },
  "as text": async (request, response) => {
    request.setEncoding("utf8");
    const texts: string[] = await request.toArray();
    response.end(texts.join(""));
  },
  "later, paused meanwhile": async (request, response) => {
    request.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.end(await buffer(request));
  },
  "with events of its own": async (request, response) => {
    request.emit("data");
    request.emit("data", "text");
    response.end(await buffer(request));
  },
};

test.each(Object.entries(echoes))(
  "another server of the process echoes 1 MB %s",
  async (_name, echo) => {
    const failures: unknown[] = [];
    const server = createServer((request, response) => {
      echo(request, response).catch((error) => {
        failures.push(error);
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const answer = await send(`http://127.0.0.1:${port}/`, { method: "POST", chunks: [LETTERS] });
    expect(failures).toEqual([]);
    expect(answer.status).toBe(200);
    expect(answer.text === LETTERS).toBe(true);
  },
);
