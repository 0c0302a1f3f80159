from caracalai_revocation import InMemoryRevocationStore, RevocationQuery

revocations = InMemoryRevocationStore()
revocations.subscribe(lambda event: print("new:", event.kind))

revocations.mark_revoked("session-1")  # new: anchor
revocations.mark_delegation_epoch("zone-1", 7)  # new: epoch

state = revocations.check(RevocationQuery(["session-2", "session-1"], "zone-1"))
print(state)  # RevocationState(revoked=True, delegation_epoch=7)
