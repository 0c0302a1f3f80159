// The package has no types: as much as is used here.

declare module "jsonwebtoken" {
  import type { KeyObject } from "node:crypto";

  interface VerifyOptions {
    readonly algorithms: readonly string[];
    readonly issuer: string;
    readonly audience: string;
  }
  const jsonwebtoken: {
    verify(token: string, key: KeyObject, options: VerifyOptions): object;
  };
  export default jsonwebtoken;
}
