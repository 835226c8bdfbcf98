"""The road in: bounces, complaints, calendar replies, automatic replies and people's answers, by LMTP or SMTP, IMAP or webhook.

Promises that each is told apart once, taken once, and lands in the room that owns it; that what cannot be understood is kept aside with a reason and never
stops the intake; that nothing is acknowledged before it is committed. Never believes who something is about without a signed name of the copy.
"""
