import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { DevSts } from "@caracalai/dev-sts";
import { onTestFinished } from "vitest";

/** A server before an STS, such as a load balancer, with an address of its own. */
export interface Front {
  readonly issuer: string;
  /** The status of every answer from now on; 200 passes requests on to the STS. */
  status: number;
}

export async function frontOf(sts: DevSts): Promise<Front> {
  const front = { issuer: "", status: 200 };
  const server = createServer(async (request, response) => {
    if (front.status !== 200) {
      response.writeHead(front.status, { connection: "close" }).end("Service Unavailable");
      return;
    }
    const answer = await fetch(`${sts.issuer}${request.url}`);
    response.writeHead(answer.status, { connection: "close" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  front.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return front;
}
