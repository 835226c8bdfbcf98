"""Coordinators: who they are, how they sign in, which clusters they belong to.

Owns `coordinator`, `membership`, `session`, `one_time`. Promises that an unknown address and a wrong password cannot be told apart, that a
session's id changes at every sign-in, and that a one-time link works once. Never knows the people whom letters go to.
"""
