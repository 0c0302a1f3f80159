"""Arguments that every store refuses."""

from math import inf, nan

# What no anchor and no zone can be, though Python lets it through.
BAD_NAMES: tuple[object, ...] = ("", None, 0, 1, True, {}, ["session"], b"session")

# What no lifetime can be. None is none of these: it stands for the store's default.
BAD_TTLS: tuple[object, ...] = (0, -0.0, -1, nan, inf, -inf, "1000", True, 1000j, 10**400)

# What no epoch can be: 2^53 is the first integer that JavaScript can't tell from its neighbour.
BAD_EPOCHS: tuple[object, ...] = (-1, 1.5, 8.0, nan, inf, 2**53, 10**400, "8", True, 8j, None)
