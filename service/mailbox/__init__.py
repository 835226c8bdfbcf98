"""The embedded mail catcher and its store: where letters land while no real relay is set.

Owns the files in `<state>/mailbox`. Promises that a message is kept exactly as it came over the wire, beside its envelope. Never
listens beyond this machine and never sends anything on.
"""
