import { InMemoryRevocationStore } from "@caracalai/revocation";

const revocations = new InMemoryRevocationStore();
revocations.subscribe((event) => console.log("new:", event.kind));

revocations.markRevoked("session-1"); // new: anchor
revocations.markDelegationEpoch("zone-1", 7); // new: epoch

const state = revocations.check({ anchors: ["session-2", "session-1"], zoneId: "zone-1" });
console.log(state); // { revoked: true, delegationEpoch: 7 }
