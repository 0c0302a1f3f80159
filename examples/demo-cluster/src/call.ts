const DEADLINE_MS = 5_000;

/** Calls a tool on a server without sessions; the status of the answer, and a refusal's `error`. */
export async function call(url: string, token: string): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "read_notes", arguments: {} },
    }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const text = await response.text();
  if (response.ok) return String(response.status);
  const { error } = JSON.parse(text) as { readonly error?: string };
  return `${response.status} ${error}`;
}
