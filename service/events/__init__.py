"""Events from draft to over, who has a seat in them, and the calendar entries that follow every change.

Owns the programme, registrations, the waitlist and the invitations. Promises that seats are never overbooked, that the waitlist moves in the order
in which people came, and that everybody is told by a letter what became of their registration. Never changes a person's record.
"""
