import { revocationStoreContract } from "@caracalai/revocation/testing";
import { test } from "vitest";
import { OwnStore } from "./own-store.js";

const contract = revocationStoreContract({
  create: () => new OwnStore(),
  offers: { check: false, subscribe: false },
});

for (const { name, run } of contract) test(name, run);
