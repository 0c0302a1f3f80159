import type { FastMCP, FastMCPSessionAuth } from "fastmcp";
import { PNG } from "./samples.js";

/** Resources of text and of bytes, one to watch, and a template. */
export function addResources<T extends FastMCPSessionAuth>(server: FastMCP<T>): void {
  server.addResources([
    {
      uri: "test://static-text",
      name: "Static text",
      description: "Text that stays the same",
      mimeType: "text/plain",
      load: async () => ({ text: "This is the content of the static text resource." }),
    },
    {
      uri: "test://static-binary",
      name: "Static binary",
      description: "Bytes that stay the same",
      mimeType: "image/png",
      load: async () => ({ blob: PNG }),
    },
    {
      uri: "test://watched-resource",
      name: "Watched resource",
      description: "What clients subscribe to",
      mimeType: "text/plain",
      load: async () => ({ text: "Nothing has changed." }),
    },
  ]);
  server.addResourceTemplate({
    uriTemplate: "test://template/{id}/data",
    name: "Data by id",
    description: "Says which id it was asked for",
    mimeType: "application/json",
    arguments: [{ name: "id", description: "Any id", required: true }],
    load: async ({ id }) => ({
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    }),
  });
}
