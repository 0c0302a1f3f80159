import type { Context, FastMCP, FastMCPSessionAuth } from "fastmcp";
import { z } from "zod";
import { CLIENT_DEADLINE_MS, reachClient } from "./reach-client.js";

type Form = Exclude<Parameters<Context<FastMCPSessionAuth>["elicit"]>[0], { mode: "url" }>;
type RequestedSchema = Form["requestedSchema"];

const USER: RequestedSchema = {
  type: "object",
  properties: {
    username: { type: "string", description: "User's response" },
    email: { type: "string", description: "User's email address" },
  },
  required: ["username", "email"],
};

/** SEP-1034: a default for each primitive type. */
const DEFAULTS: RequestedSchema = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
};

const titled = (title: string) =>
  ["First", "Second", "Third"].map((nth, index) => ({
    const: `value${index + 1}`,
    title: `${nth} ${title}`,
  }));

/** SEP-1330: the five ways to write an enumeration. */
const ENUMS: RequestedSchema = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: titled("Option") },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: {
      type: "array",
      items: { type: "string", enum: ["option1", "option2", "option3"] },
    },
    titledMulti: { type: "array", items: { anyOf: titled("Choice") } },
  },
};

const FORMS: Readonly<Record<string, RequestedSchema>> = {
  test_elicitation_sep1034_defaults: DEFAULTS,
  test_elicitation_sep1330_enums: ENUMS,
};

/** Tools that ask the user. */
export function addElicitationTools<T extends FastMCPSessionAuth>(server: FastMCP<T>): void {
  const ask = async (
    { elicit, sessionId }: Context<T>,
    message: string,
    requestedSchema: RequestedSchema,
  ): Promise<string> => {
    await reachClient(server, sessionId);
    const { action, content } = await elicit(
      { message, requestedSchema },
      { timeout: CLIENT_DEADLINE_MS },
    );
    return `action=${action}, content=${JSON.stringify(content ?? {})}`;
  };

  server.addTool({
    name: "test_elicitation",
    description: "Asks the user who they are",
    parameters: z.object({ message: z.string() }),
    execute: async ({ message }, context) => `User response: ${await ask(context, message, USER)}`,
  });
  for (const [name, requestedSchema] of Object.entries(FORMS)) {
    server.addTool({
      name,
      description: "Asks the user to fill in a form",
      execute: async (_args, context) =>
        `Elicitation completed: ${await ask(context, "Please fill this in", requestedSchema)}`,
    });
  }
}
