import type { IncomingMessage, RequestListener } from "node:http";
import { HttpProblem } from "./http-problem.js";
import type { Reply, Route } from "./route.js";

/** Answers by route: 404 for a path, 405 for a method that has none, 500 where one throws. */
export function createRouter(routes: readonly Route[]): RequestListener {
  return (request, response) => {
    void answer(routes, request).then(({ status, headers, body }) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    });
  };
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Reply> {
  try {
    return await dispatch(routes, request);
  } catch (error) {
    if (error instanceof HttpProblem) return error.reply;
    return new HttpProblem(500, "server_error", "The endpoint failed").reply;
  }
}

function dispatch(routes: readonly Route[], request: IncomingMessage): Reply | Promise<Reply> {
  const [path, query = ""] = (request.url ?? "").split("?", 2);
  const known = routes.filter((route) => route.path === path);
  if (known.length === 0) throw new HttpProblem(404, "not_found", "No such path");
  const route = known.find(({ method }) => method === request.method);
  if (route === undefined) {
    const allow = known.map(({ method }) => method).join(", ");
    throw new HttpProblem(405, "method_not_allowed", `Allowed: ${allow}`, { allow });
  }
  return route.handle({ request, query: new URLSearchParams(query) });
}
