/** A JSON-RPC message, as much of it as is looked at. */
export interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** What a transport tells of the HTTP request that a message came with; differs between SDKs. */
export interface MessageOrigin {
  readonly request?: { readonly headers: Headers };
  readonly requestInfo?: { readonly headers: Readonly<Record<string, unknown>> };
}

/** Where messages come in. */
export type OnMessage = (message: Message, origin?: MessageOrigin) => void;

/** The MCP SDK's transport, as much of it as is looked at. */
export interface Transport {
  readonly sessionId?: string | undefined;
  send(message: Message, options?: unknown): Promise<void>;
}
