"""Sample clusters: five real kinds of office with invented people, to look around with.

Owns nothing but the texts in `content/` (a file per cluster, `people.toml` for names). Everything is written through the rooms that own it. Promises that
people's addresses are at example.org, that nothing is loaded on external servers, and that one act removes all of it.
"""
