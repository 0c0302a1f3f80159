"""What a store raises."""


class RevocationStoreError(Exception):
    """A store gave an answer that is none.

    The state is unknown, and the mandate has to be refused as `verification_unavailable` (decision
    rules, "Revocation store"). The message names the type of the answer, never the answer or the
    anchor.
    """


class RevocationStoreFullError(Exception):
    """A store that holds as many live entries as it may was given a new one.

    The new entry is **not** stored and no live one was dropped for it (decision rules, "Revocation
    store"): whoever marked it has to act, by trying again later or by stopping what the entry was
    to stop.
    """
