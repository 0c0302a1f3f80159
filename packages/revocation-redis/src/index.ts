export { ConfigurationError } from "./configuration-error.js";
