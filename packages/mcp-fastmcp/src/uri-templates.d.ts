declare module "uri-templates" {
  /** As much of the library as is used here: it brings no types. */
  export interface UriTemplate {
    /** The values of the variables, or undefined where the URI is not of this template. */
    fromUri(uri: string): Readonly<Record<string, unknown>> | undefined;
  }
  export default function parse(template: string): UriTemplate;
}
