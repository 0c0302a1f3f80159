import type { FastMCP, FastMCPSessionAuth } from "fastmcp";
import { PNG } from "./samples.js";

/** Prompts of each kind of content; one completes its argument. */
export function addPrompts<T extends FastMCPSessionAuth>(server: FastMCP<T>): void {
  server.addPrompt({
    name: "test_simple_prompt",
    description: "Always the same",
    load: async () => "This is a simple prompt for testing.",
  });

  server.addPrompt({
    name: "test_prompt_with_arguments",
    description: "Repeats its arguments",
    arguments: [
      {
        name: "arg1",
        description: "First test argument",
        required: true,
        complete: async (value) => ({ values: [`${value}ing`], total: 1, hasMore: false }),
      },
      { name: "arg2", description: "Second test argument", required: true },
    ],
    load: async ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  });

  server.addPrompt({
    name: "test_prompt_with_embedded_resource",
    description: "Embeds a resource",
    arguments: [{ name: "resourceUri", description: "What to embed", required: true }],
    load: async ({ resourceUri }) => ({
      messages: [
        {
          role: "user",
          content: {
            type: "resource",
            resource: {
              uri: `${resourceUri}`,
              mimeType: "text/plain",
              text: "Embedded resource content for testing.",
            },
          },
        },
        {
          role: "user",
          content: { type: "text", text: "Please process the embedded resource above." },
        },
      ],
    }),
  });

  server.addPrompt({
    name: "test_prompt_with_image",
    description: "Shows a picture",
    load: async () => ({
      messages: [
        { role: "user", content: { type: "image", data: PNG, mimeType: "image/png" } },
        { role: "user", content: { type: "text", text: "Please analyze the image above." } },
      ],
    }),
  });
}
