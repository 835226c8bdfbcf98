"""Kutse: newsletters and event engagement for creative-industries clusters. `service/README.md` is the map."""
