"""Funding calls that a cluster points its people to, with their cut-offs.

Owns `call` and `cutoff`. Promises that a call is told as open exactly until its last cut-off, by that cut-off's own clock. Never knows who is interested.
"""
