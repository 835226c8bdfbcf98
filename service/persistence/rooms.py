"""The rooms that store, in the order in which they may refer to each other's tables."""

ROOMS_THAT_STORE = (
    "persistence",
    "audit",
    "clusters",
    "people",
    "delivery",
    "identity",
    "subscriptions",
    "events",
    "opportunities",
    "feeds",
    "mailings",
    "returns",
)
