import { type Content, type FastMCP, type FastMCPSessionAuth, jsonSchemaAdapter } from "fastmcp";
import { PNG, WAV } from "./samples.js";

const IMAGE: Content = { type: "image", data: PNG, mimeType: "image/png" };

/** What the tools without arguments return, by their names. */
const CONTENTS: Readonly<Record<string, Content[]>> = {
  test_simple_text: [{ type: "text", text: "This is a simple text response for testing." }],
  test_image_content: [IMAGE],
  test_audio_content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }],
  test_embedded_resource: [
    {
      type: "resource",
      resource: {
        uri: "test://embedded-resource",
        mimeType: "text/plain",
        text: "This is an embedded resource content.",
      },
    },
  ],
  test_multiple_content_types: [
    { type: "text", text: "Multiple content types test:" },
    IMAGE,
    {
      type: "resource",
      resource: {
        uri: "test://mixed-content-resource",
        mimeType: "application/json",
        text: JSON.stringify({ test: "data", value: 123 }),
      },
    },
  ],
};

/** Tools that return one kind of content each, and one whose schema is what matters. */
export function addContentTools<T extends FastMCPSessionAuth>(server: FastMCP<T>): void {
  for (const [name, content] of Object.entries(CONTENTS)) {
    server.addTool({ name, description: `Returns ${name}`, execute: async () => ({ content }) });
  }
  server.addTool({
    name: "json_schema_2020_12_tool",
    description: "Takes what JSON Schema 2020-12 has words for",
    parameters: jsonSchemaAdapter({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          type: "object",
          properties: { street: { type: "string" }, city: { type: "string" } },
        },
      },
      properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
      additionalProperties: false,
    }),
    execute: async () => "Taken",
  });
}
