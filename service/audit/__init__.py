"""Who did what: an append-only trail by plain ids. Never refers to other rooms' rows, so that it outlives them."""
