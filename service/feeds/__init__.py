"""Feeds: what comes up, for calendars that ask again by themselves.

Owns which entries are in a feed, the validators by which a calendar learns that nothing changed, and the bytes that were built last. A validator is read from the database
at every request and is written by the database itself with whatever it stands for, so that no feed is older than the page it belongs to. Promises the same bytes for the same
validator, whichever process builds them. Never invites anybody and never says what only registered people may know.
"""
