"""The coordinators' side: every request is bound to a signed-in coordinator and a cluster they belong to."""
