"""Topics, who reads them, and the consent for it: opt-in, preferences, leaving.

Owns `topic`, `subscription`, `optin`, `consent`. Promises that nobody is subscribed without a consent in the ledger, that the ledger is only added to,
and that a topic left is silent from the moment of leaving. Never touches service mail, and never changes a person's record for a stranger.
"""
