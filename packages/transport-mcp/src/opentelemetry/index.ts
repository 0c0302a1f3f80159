export { type RecordDecisionsOptions, recordDecisions } from "./record-decisions.js";
