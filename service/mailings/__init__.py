"""Newsletters: what is said (editions of blocks), to whom (audience), when (schedule), and that it starts once (freeze).

Owns `mailing` and `edition`. Promises each person one copy in their language or a reason why not, and that a mailing starts once however many
workers tick and wherever one of them dies. Never runs anything a coordinator wrote: text is Markdown with a few fields, the rest are values.
"""
