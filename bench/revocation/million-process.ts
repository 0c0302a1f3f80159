import process from "node:process";
import { measureMillion } from "./million.js";

const [count = "1000000", repetitions = "3"] = process.argv.slice(2);
process.send?.(await measureMillion(Number(count), Number(repetitions)));
process.disconnect();
