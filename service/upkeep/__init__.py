"""What goes over all rooms: founding a cluster with everything that belongs to it, erasing a person, cleaning up. Owns no table; each room writes its own rows."""
