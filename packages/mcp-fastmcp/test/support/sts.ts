// A verifier and its STS are set up here as they are for the verifier's own tests.
export {
  AUDIENCE,
  nowSeconds,
  optionsFor,
  stsOfFile,
  stsOfTest,
  verifierFor,
} from "../../../transport-mcp/test/support/sts.js";
