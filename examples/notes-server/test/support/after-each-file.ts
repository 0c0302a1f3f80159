import { afterAll } from "vitest";
import { endAll } from "./clean-up.js";

// vitest runs this anew for each file, and a module that files share only once.
afterAll(endAll);
