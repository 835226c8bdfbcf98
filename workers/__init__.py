"""The worker process: arq's entry points, each of which hands ids to one call of a room, round the loop that carries mail."""
