"""The one road out: dispatches of letters with deliveries, carried to the operator's relay.

Owns `dispatch`, `letter`, `delivery`, `suppression`, `relay`, `worker`, and for pace `destination`, `setback` and `dispatch_hold`. A mail is written inside the caller's transaction
(`outbox.post`, `freeze.freeze`) and leaves by `carry`. Promises: every delivery ends in a state with a reason; a crash loses
nothing and repeats at most what was between dot and reply; what is refused before RCPT is about us and burns no attempt; a suppressed
address gets nothing from the moment the suppression is committed. Never says "delivered" or "read": the relay accepted it, no more.
"""
