"""What goes over all rooms: founding a cluster with everything that belongs to it. Owns no table; each room writes its own rows."""
